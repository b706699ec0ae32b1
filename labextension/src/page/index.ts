/** The page's entry. */

import '../../style/page.js';

import { PageConfig } from '@jupyterlab/coreutils';
import { CommandIDs, runsFrom } from '../core/commands';
import type { IPlugin } from '@lumino/application';
import { featuresPlugin, panelPlugin, rerunPlugin, workspacePlugin } from '../index';
import { followAddress, hideToken } from './address';
import { PageApp } from './app';
import { Bar } from './bar';
import { languagesPlugin } from './languages';
import { followTheme } from './theme';
import { showNotifications } from './toasts';
import { saveText } from '../ui/download';
import { IWorkspace } from '../core/workspace';

/** What only JupyterLab's front ends can do: open a notebook. The one that a run executed is downloaded. */
function addNotebookCommands(app: PageApp, notebooks: string): void {
  app.commands.addCommand(CommandIDs.openExecuted, {
    execute: async args => {
      const { runs, storeId } = runsFrom(args);
      const { api } = await app.resolveRequiredService(IWorkspace);
      const notebook = await api.notebook(storeId, runs[0] ?? '');
      saveText(`${runs[0] ?? 'run'}.ipynb`, 'application/x-ipynb+json', JSON.stringify(notebook));
    }
  });
  app.commands.addCommand('docmanager:open', {
    execute: ({ path }) => {
      if (typeof path === 'string') {
        window.open(`${notebooks}/${encodeURI(path)}`, '_blank', 'noopener');
      }
    }
  });
}

async function main(): Promise<void> {
  hideToken();
  followTheme();
  const app = new PageApp();
  const lab = PageConfig.getOption('labUrl');
  const notebooks = PageConfig.getOption('notebooksUrl');
  addNotebookCommands(app, notebooks);
  app.registerPlugin(languagesPlugin);
  // They are JupyterLab's, and use of its application what PageApp has.
  const plugins = [workspacePlugin, panelPlugin, featuresPlugin, rerunPlugin] as unknown;
  app.registerPlugins(plugins as IPlugin<PageApp, unknown>[]);
  await app.start({ hostID: 'page' });
  const workspace = await app.resolveRequiredService(IWorkspace);
  const { features } = workspace;
  app.shell.linkOf = view => features.linkTo(view);
  await workspace.stores.follow(null);
  app.shell.add(new Bar(app.commands, features, app.shell, workspace.trans, lab), 'top');
  showNotifications(document.body);
  followAddress(app.commands, features, app.shell);
}

window.addEventListener('load', () => void main());
