/** The views of the main area: a run, a comparison, the models. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import type { JSX } from 'react';
import { CommandIDs } from '../commands';
import { BatchView } from '../components/batchview';
import { CompareView } from '../components/compareview';
import { ModelsView } from '../components/modelsview';
import { RunView } from '../components/runview';
import { compareIcon, experimentsIcon, modelsIcon } from '../icons';
import type { ILink, Kind } from '../links';
import type { Hint } from '../live';
import { BatchModel } from '../models/batch';
import { CompareModel } from '../models/compare';
import { RegistryModel } from '../models/registry';
import { RunModel } from '../models/run';
import { fromRoot } from '../paths';
import type { IRunRow } from '../tokens';
import type { Workspace } from '../workspace';
import { View } from './view';

interface ILiveModel {
  catchUp(hint: Hint): Promise<void>;
  refresh(): Promise<void>;
  dispose(): void;
}

/** What brings a view back after a reload. */
export interface IViewArgs {
  runs: string[];
  store_id: string | null;
  /** What the person has set in it. */
  state: ReadonlyJSONObject | null;
}

/** A view that follows the store as long as it is open. */
export class MainView extends MainAreaWidget<View> {
  constructor(
    workspace: Workspace,
    private _args: IViewArgs,
    private readonly model: ILiveModel,
    className: string,
    content: () => JSX.Element
  ) {
    super({ content: new View(workspace.ui, content, className) });
    this.toolbar.hide();
    const slot = (_: unknown, hint: Hint): void => {
      if (this.isVisible) {
        void model.catchUp(hint);
      } else {
        this.missed = true; // behind another tab it asks for nothing
      }
    };
    workspace.live.hinted.connect(slot);
    this.disposed.connect(() => {
      workspace.live.hinted.disconnect(slot);
      workspace.letGo(this);
      model.dispose();
    });
    // Commands are about what was touched last, as the keyboard and the context menu have it.
    const touched = (): void => workspace.takeInHand(this, () => this.inHand());
    for (const event of ['pointerdown', 'contextmenu', 'focusin']) {
      this.node.addEventListener(event, touched, { capture: true });
    }
    void model.refresh();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    if (this.missed) {
      this.missed = false;
      void this.model.catchUp({ kind: 'resumed' });
    }
  }

  get args(): IViewArgs {
    return this._args;
  }

  /** The runs that commands without arguments are about while this view is in use. */
  inHand: () => string[] = () => this._args.runs;

  /** Emitted when what brings the view back has changed. */
  get argsChanged(): ISignal<this, void> {
    return this._argsChanged;
  }

  remember(args: Partial<IViewArgs>): void {
    const next = { ...this._args, ...args };
    if (JSON.stringify(next) !== JSON.stringify(this._args)) {
      this._args = next;
      this._argsChanged.emit();
    }
  }

  private missed = false;
  private readonly _argsChanged = new Signal<this, void>(this);

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
  runId: string,
  state: ReadonlyJSONObject | null
): MainView {
  const { commands } = app;
  const model = new RunModel(workspace.api, store, runId);
  const target = { run_id: runId, store_id: store };
  const view: MainView = new MainView(
    workspace,
    { runs: [runId], store_id: store, state },
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
        onOpenExecuted={() => void commands.execute(CommandIDs.openExecuted, target)}
        onCompare={runs => void commands.execute(CommandIDs.compare, { runs, store_id: store })}
        onPromote={() => void commands.execute(CommandIDs.promote, target)}
        onRename={() => void commands.execute(CommandIDs.rename, target)}
        onRerun={() => void commands.execute(CommandIDs.rerun, target)}
        onTag={() => void commands.execute(CommandIDs.tag, target)}
        onNote={note => model.edit({ note })}
        onModels={() => void commands.execute(CommandIDs.openModels, { store_id: store })}
        tab={typeof view.args.state?.tab === 'string' ? view.args.state.tab : null}
        onTab={tab => {
          view.remember({ state: { tab } });
          view.content.update();
        }}
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
  const model = new CompareModel(workspace.api, store, runs, () => workspace.curves.idle());
  const args = { runs, store_id: store, state: null };
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
    view.remember({ runs: [...model.runIds] });
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
    { runs: [batchId], store_id: store, state: null },
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
  view.inHand = () => [];
  view.title.icon = experimentsIcon;
  view.title.label = workspace.trans.__('Batch');
  model.changed.connect(() => {
    view.title.label = model.batch?.name ?? view.title.label;
  });
  return view;
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
    { runs: [], store_id: store, state: null },
    model,
    'mlnb-View-models',
    () => (
      <ModelsView
        model={model}
        onOpenRun={runId => openRun(commands, store)({ run_id: runId })}
        onPromote={(chosen, version, alias) =>
          void commands.execute(CommandIDs.promote, {
            run_id: version.run_id,
            store_id: store,
            model: chosen.model,
            version: version.version,
            ...(alias === undefined ? {} : { alias })
          })
        }
        onRollBack={(name, alias, note, expected) => model.rollBack(name, alias, note, expected)}
      />
    )
  );
  view.title.icon = modelsIcon;
  view.title.label = workspace.trans.__('Models');
  return view;
}

export function openRun(
  commands: CommandRegistry,
  store: string | null
): (row: Pick<IRunRow, 'run_id'>) => void {
  return row => void commands.execute(CommandIDs.openRun, { run_id: row.run_id, store_id: store });
}
