/** The plugins. */

import {
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { PageConfig } from '@jupyterlab/coreutils';
import { ILauncher } from '@jupyterlab/launcher';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addBadges } from './badges';
import { CommandIDs, type IRunsArgs, runsFrom } from './commands';
import { type IRerunOrigin, RerunModel } from './models/rerun';
import { SavedViewsModel } from './models/views';
import { modelsIcon, tableIcon } from './icons';
import { addExecuted } from './executed';
import { serverPath } from './following';
import { COMMANDS, type Kind, pageUrl } from './links';
import { serverHost, viewFactory } from './outputs';
import { fromRoot } from './paths';
import { addColumnCommands, addRunCommands, targetOf } from './runcommands';
import { addLinks } from './routing';
import { runLineFactory } from './runline';
import { canTrack, trackActiveCell } from './tracking';
import { reported, rerunDialog } from './views/dialogs';
import { batchView, compareView, type MainView, modelsView, runView } from './views/main';
import { browserKeeper, settingsKeeper } from './views/keeper';
import { RunsView } from './views/runs';
import { sidebarView } from './views/sidebar';
import { IWorkspace, Workspace } from './workspace';

const CATEGORY = 'Experiments';
/** The front end whose main area holds one widget, its notebook, and refuses others. */
const SINGLE = 'Jupyter Notebook';

/** The models, which the other plugins show. */
export const workspacePlugin: JupyterFrontEndPlugin<Workspace> = {
  id: 'mlnb:workspace',
  description: 'Follows the runs of a store, live.',
  autoStart: true,
  requires: [IEditorLanguageRegistry],
  optional: [ITranslator],
  provides: IWorkspace,
  activate: async (app, languages: IEditorLanguageRegistry, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('mlnb');
    const python = await languages.getLanguage('python');
    return new Workspace(app.serviceManager, trans, languages, python?.support ?? []);
  }
};

/** The sidebar, which follows the notebook in front. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:panel',
  description: 'The Experiments sidebar.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [ISettingRegistry, ILayoutRestorer, ICommandPalette, INotebookTracker],
  activate: async (
    app: JupyterFrontEnd,
    workspace: Workspace,
    settings: ISettingRegistry | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null
  ) => {
    const { commands, shell } = app;
    const { trans } = workspace;
    addRunCommands(app, workspace);
    const sidebar = sidebarView(workspace, commands);
    shell.add(sidebar, 'left', { rank: 220, type: 'Experiments' });
    restorer?.add(sidebar, sidebar.id);
    commands.addCommand(CommandIDs.showExperiments, {
      label: trans.__('Show Experiments'),
      execute: () => shell.activateById(sidebar.id)
    });
    for (const command of [
      CommandIDs.showExperiments,
      CommandIDs.refresh,
      CommandIDs.promote,
      CommandIDs.tag,
      CommandIDs.rename,
      CommandIDs.remove
    ]) {
      palette?.addItem({ command, category: trans.__(CATEGORY) });
    }

    const { stores } = workspace;
    const follow = async (): Promise<void> => {
      const front = notebooks?.currentWidget?.context.path;
      const path = front === undefined ? null : serverPath(front, app.serviceManager.contents);
      if (front === undefined || path !== null || !stores.asked) {
        await stores.follow(path);
      }
    };
    notebooks?.currentChanged.connect(() => void follow());
    void app.restored.then(follow).then(() => workspace.runs.refresh());

    // Without its settings the panel is as it comes.
    const loaded = await settings?.load(panelPlugin.id).catch((reason: unknown) => {
      console.warn('mlnb: its settings could not be read', reason);
      return undefined;
    });
    const apply = (): void => {
      const names = loaded?.get('keyMetrics').composite;
      const smoothing = loaded?.get('smoothing').composite;
      sidebar.keyMetrics = Array.isArray(names) ? names.map(String) : [];
      workspace.charts.set({ smoothing: typeof smoothing === 'number' ? smoothing : 0 });
    };
    apply();
    loaded?.changed.connect(apply);
  }
};

/** Views of the main area, which come back after a reload. */
export const viewsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:views',
  description: 'Runs, comparisons and models in the main area.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [ILayoutRestorer, ICommandPalette, ISettingRegistry, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    workspace: Workspace,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    launcher: ILauncher | null
  ) => {
    const { commands, shell } = app;
    const { trans } = workspace;
    const views = new SavedViewsModel(
      settings === null
        ? browserKeeper(() => window.localStorage)
        : settingsKeeper(settings, panelPlugin.id)
    );

    /** Open a view, or the one that shows the same; in a tab of the browser where the shell has no place for it. */
    const opener = (
      kind: Kind,
      make: (args: IRunsArgs) => MainView
    ): ((args: IRunsArgs) => void) => {
      if (app.name === SINGLE) {
        const { baseUrl } = app.serviceManager.serverSettings;
        return args => void window.open(pageUrl(baseUrl, { kind, ...args }), '_blank', 'noopener');
      }
      const namespace = `mlnb-${kind}`;
      const command = COMMANDS[kind];
      const tracker = new WidgetTracker<MainView>({ namespace });
      const nameOf = ({ args }: MainView): string => `${args.store_id ?? ''}/${args.runs.join()}`;
      void restorer?.restore(tracker, { command, args: view => ({ ...view.args }), name: nameOf });
      return args => {
        const wanted = `${args.storeId ?? ''}/${args.runs.join()}`;
        let view = tracker.find(open => nameOf(open) === wanted);
        if (view === undefined) {
          view = make(args);
          view.kind = kind;
          view.id = `${namespace}:${wanted}`;
          void tracker.add(view);
          view.argsChanged.connect(changed => void tracker.save(changed));
          shell.add(view, 'main', { type: 'Experiments' });
        }
        shell.activateById(view.id);
      };
    };
    const openRun = opener('run', ({ runs: [runId = ''], storeId, state }) =>
      runView(workspace, app, storeId, runId, state)
    );
    const openCompare = opener('compare', ({ runs, storeId }) =>
      compareView(workspace, app, storeId, runs)
    );
    const openRuns = opener(
      'runs',
      ({ storeId, state }) => new RunsView(workspace, app, views, storeId, state)
    );
    const openBatch = opener('batch', ({ runs: [batch = ''], storeId }) =>
      batchView(workspace, app, storeId, batch)
    );
    const openModels = opener('models', ({ storeId }) => modelsView(workspace, app, storeId));

    commands.addCommand(CommandIDs.openRun, {
      label: trans.__('Open Run'),
      isEnabled: args => targetOf(workspace, args).runs.length > 0,
      execute: args => openRun(targetOf(workspace, args))
    });
    commands.addCommand(CommandIDs.compare, {
      label: trans.__('Compare Runs'),
      isEnabled: args => targetOf(workspace, args).runs.length > 1,
      execute: args => openCompare(targetOf(workspace, args))
    });
    const storeOf = (args: Record<string, unknown>): IRunsArgs => ({
      runs: [],
      state: runsFrom(args).state,
      storeId: runsFrom(args).storeId ?? workspace.runs.store?.id ?? workspace.stores.current
    });
    commands.addCommand(CommandIDs.openRuns, {
      label: args => (args.isLauncher ? trans.__('Runs') : trans.__('Show Table of Runs')),
      caption: trans.__('All runs of the store in front, in a table'),
      icon: args => (args.isPalette ? undefined : tableIcon),
      execute: args => openRuns(storeOf(args))
    });
    commands.addCommand(CommandIDs.openBatch, {
      label: trans.__('Open Batch'),
      isEnabled: args => runsFrom(args).runs.length === 1,
      execute: args => openBatch(runsFrom(args))
    });
    commands.addCommand(CommandIDs.openModels, {
      label: args => (args.isLauncher ? trans.__('Models') : trans.__('Show Models')),
      caption: trans.__('Registered models, their versions and aliases'),
      icon: args => (args.isPalette ? undefined : modelsIcon),
      execute: args => openModels(storeOf(args))
    });
    for (const command of [
      CommandIDs.openRun,
      CommandIDs.compare,
      CommandIDs.openRuns,
      CommandIDs.openModels
    ]) {
      palette?.addItem({ command, category: trans.__(CATEGORY) });
    }
    [CommandIDs.openRuns, CommandIDs.openModels].forEach((command, rank) =>
      launcher?.add({ command, category: trans.__(CATEGORY), rank })
    );
    addColumnCommands(app, trans);
  }
};

/** A notebook executed again, with other parameters. */
export const rerunPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:rerun',
  description: 'Reruns a notebook from a form of its parameters.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [ICommandPalette, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    workspace: Workspace,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null
  ) => {
    const { commands } = app;
    const { api, trans } = workspace;
    const pathOf = (panel: NotebookPanel | null | undefined): string | null =>
      panel ? serverPath(panel.context.path, app.serviceManager.contents) : null;
    const inFront = (): string | null => pathOf(notebooks?.currentWidget);

    const origin = async (args: Record<string, unknown>): Promise<IRerunOrigin | null> => {
      const { runs, storeId } = runsFrom(args);
      if (runs[0] === undefined) {
        const notebook = typeof args.path === 'string' ? args.path : inFront();
        return notebook === null ? null : { notebook };
      }
      const run = await api.run(storeId, runs[0]);
      const notebook = fromRoot(run.notebook ?? '', PageConfig.getOption('serverRoot'));
      if (!notebook) {
        return null;
      }
      const { run_id, name } = run;
      // Only a notebook's run kept its source; a cell's run lends its parameters to the notebook of now.
      return run.kind === 'notebook'
        ? { notebook, run: { run_id, name, store: storeId } }
        : { notebook };
    };

    commands.addCommand(CommandIDs.rerun, {
      label: trans.__('Rerun Notebook…'),
      caption: trans.__('Execute the notebook with other parameters, once or for a grid of them'),
      isEnabled: args =>
        runsFrom(args).runs.length === 1 || typeof args.path === 'string' || inFront() !== null,
      execute: args =>
        reported(trans, async () => {
          const found = await origin(args);
          if (found === null) {
            return;
          }
          // What is executed is the file, so what is in front is written first.
          const open = notebooks?.find(panel => pathOf(panel) === found.notebook);
          if (found.run === undefined && open?.context.model.dirty) {
            await open.context.save();
          }
          const model = new RerunModel(api, found);
          const started = await rerunDialog(workspace.ui, model);
          if (started !== null) {
            await commands.execute(CommandIDs.openBatch, {
              runs: [started.batch.batch_id],
              store_id: started.store
            });
            await workspace.runs.refresh();
          }
          model.dispose();
        })
    });
    palette?.addItem({ command: CommandIDs.rerun, category: trans.__(CATEGORY) });
  }
};

/** The line under a tracked cell. */
const runLinePlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:run-line',
  description: 'Renders the run line under a tracked cell.',
  autoStart: true,
  requires: [IWorkspace, IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, workspace: Workspace, rendermime: IRenderMimeRegistry) => {
    rendermime.addFactory(
      runLineFactory(
        workspace.ui,
        ({ run_id, store_id }) =>
          void app.commands.execute(CommandIDs.openRun, { run_id, store_id }),
        ({ store_id }) => void workspace.stores.noticed(store_id)
      )
    );
  }
};

/** Displays of mlnb's objects in notebooks. */
const outputsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:outputs',
  description: 'Renders tables of runs, comparisons, batches and the live view in notebooks.',
  autoStart: true,
  requires: [IWorkspace, IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, workspace: Workspace, rendermime: IRenderMimeRegistry) => {
    rendermime.addFactory(
      viewFactory(workspace.ui, storeId =>
        serverHost(workspace.api, storeId, {
          openRun: run_id =>
            void app.commands.execute(CommandIDs.openRun, { run_id, store_id: storeId }),
          openCompare: runs =>
            void app.commands.execute(CommandIDs.compare, { runs: [...runs], store_id: storeId })
        })
      )
    );
  }
};

/** `%%track` for the active cell. */
const trackPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:track',
  description: 'Adds %%track to the active cell, and shows at tracked cells what came out.',
  autoStart: true,
  requires: [IWorkspace, INotebookTracker],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    workspace: Workspace,
    notebooks: INotebookTracker,
    palette: ICommandPalette | null
  ) => {
    const command = CommandIDs.trackCell;
    app.commands.addCommand(command, {
      label: workspace.trans.__('Track This Cell'),
      caption: workspace.trans.__('Put %%track on top of the active cell'),
      isEnabled: () => canTrack(notebooks),
      execute: () => trackActiveCell(notebooks)
    });
    notebooks.activeCellChanged.connect(() => app.commands.notifyCommandChanged(command));
    palette?.addItem({ command, category: workspace.trans.__(CATEGORY) });
    addBadges(
      notebooks,
      workspace.trans,
      ({ run_id, store_id }) => void app.commands.execute(CommandIDs.openRun, { run_id, store_id })
    );
  }
};

/** The notebook that a run executed. */
const executedPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:executed',
  description: 'Opens executed notebooks, read-only.',
  autoStart: true,
  requires: [IWorkspace, IDocumentManager],
  optional: [INotebookTracker],
  activate: addExecuted
};

/** Runs and comparisons by their address: `lab?mlnb=/run/<id>`. */
const linksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:links',
  description: 'Opens what the URL names, and copies the address of a run.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [IRouter, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    workspace: Workspace,
    router: IRouter | null,
    palette: ICommandPalette | null
  ) => {
    addLinks(app, router, workspace);
    palette?.addItem({ command: CommandIDs.copyLink, category: workspace.trans.__(CATEGORY) });
  }
};

export default [
  workspacePlugin,
  panelPlugin,
  viewsPlugin,
  rerunPlugin,
  linksPlugin,
  executedPlugin,
  runLinePlugin,
  outputsPlugin,
  trackPlugin
];
