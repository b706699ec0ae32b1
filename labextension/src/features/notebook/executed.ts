/** Opens a run's executed notebook to read, and saves a copy of it where one can work on it. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, ToolbarButton } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { CommandIDs, runsFrom } from '../../core/commands';
import { DRIVE, drivePath, RunDrive, runOf } from './drive';
import { reported } from '../../ui/dialogs';
import type { Workspace } from '../../core/workspace';

export function addExecuted(
  app: JupyterFrontEnd,
  { api, trans }: Workspace,
  documents: IDocumentManager,
  notebooks: INotebookTracker | null
): void {
  const { contents, serverSettings } = app.serviceManager;
  contents.addDrive(new RunDrive(api, serverSettings));

  app.commands.addCommand(CommandIDs.openExecuted, {
    label: trans.__('Open Executed Notebook'),
    isEnabled: args => runsFrom(args).runs.length === 1,
    execute: args =>
      reported(trans, async () => {
        const { runs, storeId } = runsFrom(args);
        const { run_id, name } = await api.run(storeId, runs[0] ?? '');
        // To look at it needs no kernel, and one would have nothing of what ran then.
        documents.openOrReveal(drivePath(storeId, run_id, name), 'Notebook', undefined, undefined, {
          shouldStart: false,
          canStart: false,
          autoStartDefault: false
        });
      })
  });

  const saveCopy = (panel: NotebookPanel): Promise<void> =>
    reported(trans, async () => {
      const { value: path } = await InputDialog.getText({
        title: trans.__('Save a copy'),
        label: trans.__('In the folder of the file browser:'),
        text: PathExt.basename(contents.localPath(panel.context.path)),
        okLabel: trans.__('Save')
      });
      if (path?.trim()) {
        const target = path.trim().replace(/(\.ipynb)?$/, '.ipynb');
        await contents.save(target, {
          type: 'notebook',
          format: 'json',
          content: panel.content.model?.toJSON()
        });
        documents.openOrReveal(target);
      }
    });

  const offer = (panel: NotebookPanel): void => {
    const { path } = panel.context;
    if (contents.driveName(path) === DRIVE && runOf(contents.localPath(path)) !== null) {
      panel.toolbar.insertItem(
        0,
        'mlnb-save-copy',
        new ToolbarButton({
          label: trans.__('Save a copy'),
          tooltip: trans.__('This is what a run kept: to work on it, save a copy'),
          onClick: () => void saveCopy(panel)
        })
      );
    }
  };
  notebooks?.forEach(offer);
  notebooks?.widgetAdded.connect((_, panel) => offer(panel));
}
