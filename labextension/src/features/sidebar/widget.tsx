import type { CommandRegistry } from '@lumino/commands';
import type { JSX } from 'react';
import { CommandIDs } from '../../core/commands';
import { Sidebar } from './view';
import type { IUi } from '../../ui/ui';
import { experimentsIcon } from '../../ui/icons';
import type { CurvesModel } from '../../core/curves';
import { Facts } from './facts';
import type { RunListModel } from '../../core/runlist';
import { oldestFirst } from '../../values/order';
import type { Workspace } from '../../core/workspace';
import { View } from '../../ui/view';

/** The sidebar's widget; a setting says which metrics stand for a run. */
export class SidebarView extends View {
  constructor(
    ui: IUi,
    private readonly runs: RunListModel,
    private readonly curves: CurvesModel,
    content: (view: SidebarView) => JSX.Element
  ) {
    super(ui, () => content(this), 'mlnb-Sidebar');
    this.facts = new Facts(runs, curves, []);
  }

  set keyMetrics(names: readonly string[]) {
    this.facts = new Facts(this.runs, this.curves, names);
    this.update();
  }

  facts: Facts;
}

export function sidebarView(workspace: Workspace, commands: CommandRegistry): SidebarView {
  const { runs, stores, selection, curves, trans } = workspace;
  const storeId = (): string | null => runs.store?.id ?? null;
  const picked = (): { runs: string[]; store_id: string | null } => ({
    runs: selection.rows.map(row => row.run_id),
    store_id: storeId()
  });
  const compared = (): ReturnType<typeof picked> => ({
    runs: oldestFirst(selection.rows),
    store_id: storeId()
  });
  const run = (command: string, args: () => ReturnType<typeof picked>) => () =>
    void commands.execute(command, args());
  const view = new SidebarView(workspace.ui, runs, curves, ({ facts }) => (
    <Sidebar
      runs={runs}
      stores={stores}
      selection={selection}
      curves={curves}
      facts={facts}
      onOpen={row =>
        void commands.execute(CommandIDs.openRun, { run_id: row.run_id, store_id: storeId() })
      }
      onCompare={run(CommandIDs.compare, compared)}
      onPromote={run(CommandIDs.promote, picked)}
      onTag={run(CommandIDs.tag, picked)}
      onDelete={run(CommandIDs.remove, picked)}
      onRuns={run(CommandIDs.openRuns, () => ({ runs: [], store_id: storeId() }))}
      onModels={run(CommandIDs.openModels, () => ({ runs: [], store_id: storeId() }))}
      onTrack={() => void commands.execute(CommandIDs.trackCell)}
    />
  ));
  for (const event of ['pointerdown', 'contextmenu', 'focusin']) {
    view.node.addEventListener(event, () => workspace.letGo(), { capture: true });
  }
  view.id = 'mlnb-experiments';
  view.title.icon = experimentsIcon;
  view.title.caption = trans.__('Experiments');
  return view;
}
