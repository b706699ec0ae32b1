/** The views of the main area: a run, a comparison, the models. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { CommandRegistry } from '@lumino/commands';
import type { JSX } from 'react';
import { CommandIDs } from '../commands';
import { BatchView } from '../components/batchview';
import { CompareView } from '../components/compareview';
import { ModelsView } from '../components/modelsview';
import { RunTable } from '../components/runtable';
import { RunView } from '../components/runview';
import { compareIcon, experimentsIcon, modelsIcon, tableIcon } from '../icons';
import type { ILink, Kind } from '../links';
import type { Hint } from '../live';
import { BatchModel } from '../models/batch';
import { CompareModel } from '../models/compare';
import { RegistryModel } from '../models/registry';
import { RunModel } from '../models/run';
import { RunTableModel } from '../models/runtable';
import { fromRoot } from '../paths';
import { toCsv } from '../runcolumns';
import type { IRunRow } from '../tokens';
import type { Workspace } from '../workspace';
import { saveText } from './download';
import { View } from './view';

interface ILiveModel {
  catchUp(hint: Hint): Promise<void>;
  refresh(): Promise<void>;
  dispose(): void;
}

/** A view that follows the store as long as it is open. `args` bring it back after a reload. */
export class MainView extends MainAreaWidget<View> {
  constructor(
    workspace: Workspace,
    readonly args: { runs: string[]; store_id: string | null },
    model: ILiveModel,
    className: string,
    content: () => JSX.Element
  ) {
    super({ content: new View(workspace.ui, content, className) });
    this.toolbar.hide();
    const slot = (_: unknown, hint: Hint): void => void model.catchUp(hint);
    workspace.live.hinted.connect(slot);
    this.disposed.connect(() => {
      workspace.live.hinted.disconnect(slot);
      model.dispose();
    });
    void model.refresh();
  }

  /** As what addresses know it; whoever opens it says so. */
  kind: Kind = 'run';

  /** The address of what it shows now. */
  get link(): ILink {
    return { kind: this.kind, runs: this.args.runs, storeId: this.args.store_id };
  }
}

export function runView(
  workspace: Workspace,
  app: JupyterFrontEnd,
  store: string | null,
  runId: string
): MainView {
  const { commands } = app;
  const model = new RunModel(workspace.api, store, runId);
  const target = { run_id: runId, store_id: store };
  const view = new MainView(
    workspace,
    { runs: [runId], store_id: store },
    model,
    'mlnb-View-run',
    () => (
      <RunView
        model={model}
        curves={workspace.curves}
        artifactUrl={artifact => workspace.api.artifactUrl(store, artifact)}
        onOpen={openRun(commands, store)}
        openable={path => fromRoot(path, PageConfig.getOption('serverRoot'))}
        onOpenNotebook={path => void commands.execute('docmanager:open', { path })}
        onCompare={runs => void commands.execute(CommandIDs.compare, { runs, store_id: store })}
        onPromote={() => void commands.execute(CommandIDs.promote, target)}
        onRename={() => void commands.execute(CommandIDs.rename, target)}
        onRerun={() => void commands.execute(CommandIDs.rerun, target)}
        onTag={() => void commands.execute(CommandIDs.tag, target)}
        onNote={note => void model.edit({ note })}
      />
    )
  );
  view.title.icon = experimentsIcon;
  view.title.label = workspace.runs.row(runId)?.name ?? workspace.trans.__('Run');
  model.changed.connect(() => {
    view.title.label = model.detail?.name ?? view.title.label;
    view.title.caption = model.detail ? `${model.detail.experiment} · ${model.detail.name}` : '';
  });
  return view;
}

export function compareView(
  workspace: Workspace,
  app: JupyterFrontEnd,
  store: string | null,
  runs: string[]
): MainView {
  const { commands } = app;
  const model = new CompareModel(workspace.api, store, runs);
  const args = { runs, store_id: store };
  const view = new MainView(workspace, args, model, 'mlnb-View-compare', () => (
    <CompareView
      model={model}
      curves={workspace.curves}
      artifactUrl={artifact => workspace.api.artifactUrl(store, artifact)}
      onOpen={openRun(commands, store)}
    />
  ));
  view.title.icon = compareIcon;
  const rename = (): void => {
    args.runs = [...model.runIds];
    const names = model.comparison?.runs.map(({ name }) => name) ?? [];
    view.title.label =
      names.length === 2
        ? names.join(' · ')
        : workspace.trans._n('%1 run', '%1 runs compared', model.runIds.length);
    view.title.caption = names.join(', ');
  };
  rename();
  model.changed.connect(rename);
  return view;
}

export function runsView(
  workspace: Workspace,
  app: JupyterFrontEnd,
  store: string | null
): MainView {
  const { commands } = app;
  const model = new RunTableModel(workspace.api, store);
  const view = new MainView(
    workspace,
    { runs: [], store_id: store },
    model,
    'mlnb-View-runs',
    () => (
      <RunTable
        model={model}
        onOpen={openRun(commands, store)}
        onCompare={rows =>
          void commands.execute(CommandIDs.compare, {
            runs: oldestFirst(rows),
            store_id: store
          })
        }
        onExport={() =>
          void model.all().then(rows => saveText('runs.csv', 'text/csv', toCsv(rows, model.shown)))
        }
        onTrack={() => void commands.execute(CommandIDs.trackCell)}
      />
    )
  );
  view.title.icon = tableIcon;
  view.title.label = workspace.trans.__('Runs');
  return view;
}

export function batchView(
  workspace: Workspace,
  app: JupyterFrontEnd,
  store: string | null,
  batchId: string
): MainView {
  const { commands } = app;
  const model = new BatchModel(workspace.api, store, batchId);
  const view = new MainView(
    workspace,
    { runs: [batchId], store_id: store },
    model,
    'mlnb-View-batch',
    () => (
      <BatchView
        model={model}
        onOpen={openRun(commands, store)}
        onCompare={runs => void commands.execute(CommandIDs.compare, { runs, store_id: store })}
      />
    )
  );
  view.title.icon = experimentsIcon;
  view.title.label = workspace.trans.__('Batch');
  model.changed.connect(() => {
    view.title.label = model.batch?.name ?? view.title.label;
  });
  return view;
}

/** The oldest is what the others came after, so it is the baseline. */
export function oldestFirst(rows: readonly IRunRow[]): string[] {
  return [...rows].sort((a, b) => a.started_at.localeCompare(b.started_at)).map(row => row.run_id);
}

export function modelsView(
  workspace: Workspace,
  app: JupyterFrontEnd,
  store: string | null
): MainView {
  const { commands } = app;
  const model = new RegistryModel(workspace.api, store);
  const view = new MainView(
    workspace,
    { runs: [], store_id: store },
    model,
    'mlnb-View-models',
    () => (
      <ModelsView
        model={model}
        onOpenRun={runId => openRun(commands, store)({ run_id: runId })}
        onPromote={(chosen, version) =>
          void commands.execute(CommandIDs.promote, {
            run_id: version.run_id,
            store_id: store,
            model: chosen.model,
            version: version.version
          })
        }
        onRollBack={(name, alias, note) => void model.rollBack(name, alias, note)}
      />
    )
  );
  view.title.icon = modelsIcon;
  view.title.label = workspace.trans.__('Models');
  return view;
}

function openRun(
  commands: CommandRegistry,
  store: string | null
): (row: Pick<IRunRow, 'run_id'>) => void {
  return row => void commands.execute(CommandIDs.openRun, { run_id: row.run_id, store_id: store });
}
