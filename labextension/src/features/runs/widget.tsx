import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { CommandIDs } from '../../core/commands';
import type { IAbout } from '../../core/features';
import { saveText } from '../../ui/download';
import type { IExploreState } from '../../ui/explore/model';
import { tableIcon } from '../../ui/icons';
import { MainView } from '../../ui/mainview';
import { oldestFirst } from '../../values/order';
import { toCsv } from '../../values/runcolumns';
import { type IContext, openRun } from '../context';
import { browserKeeper, settingsKeeper } from './keeper';
import { type ITableState, RunTableModel } from './model';
import { SampleModel } from './sample';
import { RunTable } from './view';
import { SavedViewsModel } from './views';

/** The table of runs, with the plots below it. */
export class RunsView extends MainView {
  constructor(
    { app, workspace, settings }: IContext,
    about: IAbout,
    state: ReadonlyJSONObject | null
  ) {
    const { commands } = app;
    const { store_id } = about;
    const table = new RunTableModel(workspace.api, store_id);
    const sample = new SampleModel(workspace.api, table);
    const views = savedViews(settings);
    if (state !== null) {
      const { table: wanted, explore } = state as unknown as {
        table: ITableState;
        explore: IExploreState;
      };
      sample.set(explore);
      void table.restore(wanted);
    }
    super(workspace, {
      kind: 'runs',
      about,
      state,
      model: table,
      inHand: () => {
        const { picked } = table;
        const active = table.at(Number(picked.active ?? -1))?.row.run_id;
        return active === undefined || picked.has(active)
          ? picked.rows.map(({ run_id }) => run_id)
          : [active];
      },
      content: () => (
        <RunTable
          model={table}
          sample={sample}
          views={views}
          onOpen={openRun(commands, store_id)}
          onCompare={rows =>
            void commands.execute(CommandIDs.compare, { runs: oldestFirst(rows), store_id })
          }
          onExport={() =>
            void table
              .all()
              .then(rows => saveText('runs.csv', 'text/csv', toCsv(rows, table.shown)))
          }
          onTrack={() => void commands.execute(CommandIDs.trackCell)}
        />
      )
    });
    this.table = table;
    const keep = (): void =>
      this.remember({
        state: { table: table.state, explore: sample.state } as unknown as ReadonlyJSONObject
      });
    table.changed.connect(keep);
    sample.changed.connect(keep);
    this.disposed.connect(() => sample.dispose());
    void views.refresh();
    this.title.icon = tableIcon;
    this.title.label = workspace.trans.__('Runs');
  }

  readonly table: RunTableModel;
}

export function runsView(
  context: IContext,
  about: IAbout,
  state: ReadonlyJSONObject | null
): RunsView {
  return new RunsView(context, about, state);
}

/** Each view reads and writes them where they are kept, so that all show the same. */
function savedViews(settings: ISettingRegistry | null): SavedViewsModel {
  return new SavedViewsModel(
    settings === null
      ? browserKeeper(() => window.localStorage)
      : settingsKeeper(settings, 'mlnb:panel')
  );
}
