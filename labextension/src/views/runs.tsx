/** The table of runs, with the plots below it. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { CommandIDs } from '../commands';
import { RunTable } from '../components/runtable';
import { tableIcon } from '../icons';
import type { IExploreState } from '../models/explore';
import { type ITableState, RunTableModel } from '../models/runtable';
import { SampleModel } from '../models/sample';
import type { SavedViewsModel } from '../models/views';
import { oldestFirst } from '../order';
import { toCsv } from '../runcolumns';
import type { Workspace } from '../workspace';
import { saveText } from './download';
import { MainView, openRun } from './main';

export class RunsView extends MainView {
  constructor(
    workspace: Workspace,
    { commands }: JupyterFrontEnd,
    views: SavedViewsModel,
    store: string | null,
    state: ReadonlyJSONObject | null
  ) {
    const table = new RunTableModel(workspace.api, store);
    const sample = new SampleModel(workspace.api, table);
    if (state !== null) {
      const { table: wanted, explore } = state as unknown as {
        table: ITableState;
        explore: IExploreState;
      };
      sample.set(explore);
      void table.restore(wanted);
    }
    super(workspace, { runs: [], store_id: store, state }, table, 'mlnb-View-runs', () => (
      <RunTable
        model={table}
        sample={sample}
        views={views}
        onOpen={openRun(commands, store)}
        onCompare={rows =>
          void commands.execute(CommandIDs.compare, { runs: oldestFirst(rows), store_id: store })
        }
        onExport={() =>
          void table.all().then(rows => saveText('runs.csv', 'text/csv', toCsv(rows, table.shown)))
        }
        onTrack={() => void commands.execute(CommandIDs.trackCell)}
      />
    ));
    this.table = table;
    this.inHand = () => {
      const { picked } = table;
      const active = table.at(Number(picked.active ?? -1))?.row.run_id;
      return active === undefined || picked.has(active)
        ? picked.rows.map(({ run_id }) => run_id)
        : [active];
    };
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
