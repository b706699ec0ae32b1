/** The plugins. */

import {
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { PageConfig } from '@jupyterlab/coreutils';
import { ILauncher } from '@jupyterlab/launcher';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, runsFrom } from './core/commands';
import { IFeatures } from './core/features';
import { serverPath } from './core/following';
import { hostFeatures } from './core/host';
import { fromRoot } from './core/paths';
import { addLinks } from './core/routing';
import { IWorkspace, Workspace } from './core/workspace';
import { addRunCommands } from './features/actions';
import { addFeatures } from './features';
import { addGatherCommand } from './features/gather/commands';
import { addBadges } from './features/notebook/badges';
import { addExecuted } from './features/notebook/executed';
import { serverHost, viewFactory } from './features/notebook/outputs';
import { runLineFactory } from './features/notebook/runlinefactory';
import { canTrack, trackActiveCell } from './features/notebook/tracking';
import { rerunDialog } from './features/rerun/dialog';
import { type IRerunOrigin, RerunModel } from './features/rerun/model';
import { addColumnCommands } from './features/runs/commands';
import { sidebarView } from './features/sidebar/widget';
import { reported } from './ui/dialogs';

export { IFeatures } from './core/features';
export type { Arguments, IAbout, IFeature, IFeatureView } from './core/features';

const CATEGORY = 'Experiments';

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
    addGatherCommand(app, workspace);
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
      CommandIDs.gather,
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

/** The views of the main area, and the place where others add theirs. */
export const featuresPlugin: JupyterFrontEndPlugin<IFeatures> = {
  id: 'mlnb:features',
  description:
    'Opens the views of the Experiments panel, and lists them wherever views are listed.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [ILayoutRestorer, ICommandPalette, ISettingRegistry, ILauncher],
  provides: IFeatures,
  activate: (
    app: JupyterFrontEnd,
    workspace: Workspace,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    launcher: ILauncher | null
  ) => {
    const { features, trans } = workspace;
    hostFeatures(app, features, { restorer, palette, launcher, category: trans.__(CATEGORY) });
    addFeatures({ app, workspace, settings });
    addColumnCommands(app, trans);
    return features;
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
              batch_id: started.batch.batch_id,
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
        ({ store_id }) => void workspace.stores.noticed(store_id),
        ({ run_id, store_id }, renderer) => {
          workspace.takeInHand(renderer, () => [run_id], store_id);
        }
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
  featuresPlugin,
  rerunPlugin,
  linksPlugin,
  executedPlugin,
  runLinePlugin,
  outputsPlugin,
  trackPlugin
];
