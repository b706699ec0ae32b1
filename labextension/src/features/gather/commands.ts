/** "Make a Clean Notebook": the cells that a run depends on, proved by executing them, opened beside. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { CommandIDs } from '../../core/commands';
import { targetOf } from '../../core/target';
import type { Workspace } from '../../core/workspace';
import { reported } from '../../ui/dialogs';
import { GatherModel } from './model';
import { isInside, noticeOf } from './notice';

const READ_MS = 8000;
const OPEN = 'docmanager:open';

export function addGatherCommand(app: JupyterFrontEnd, workspace: Workspace): void {
  const { commands, shell } = app;
  const { api, trans } = workspace;

  const beside = (path: string, ref: string | undefined): void => {
    if (isInside(path) && commands.hasCommand(OPEN)) {
      const options = { mode: 'split-right', ...(ref === undefined ? {} : { ref }) };
      void commands.execute(OPEN, { path, factory: 'Notebook', options });
    }
  };

  commands.addCommand(CommandIDs.gather, {
    label: trans.__('Make a Clean Notebook'),
    caption: trans.__('Gather the cells that this run depends on, and execute them to prove it'),
    isEnabled: args => targetOf(workspace, args).runs.length === 1,
    execute: args =>
      reported(trans, async () => {
        const { runs, storeId } = targetOf(workspace, args);
        const ref = shell.currentWidget?.id;
        const run = await api.run(storeId, runs[0] ?? '');
        const model = new GatherModel(api, storeId, run);
        await follow(model, workspace);
        if (model.now?.state === 'finished') {
          beside(model.now.path, ref);
          await workspace.runs.refresh();
        }
        model.dispose();
      })
  });
}

/** Make it, and tell how far it is. */
async function follow(model: GatherModel, { trans }: Workspace): Promise<void> {
  let id: string | null = null;
  const stop = (): Notification.IAction => ({
    label: (model.now?.lines.length ?? 0) > 0 ? trans.__('Take the best so far') : trans.__('Stop'),
    callback: event => {
      event.preventDefault(); // it goes on telling
      void model.stop();
    }
  });
  const tell = (): void => {
    const notice = noticeOf(model, trans);
    const going = notice.type === 'in-progress';
    const options = {
      autoClose: notice.type === 'success' ? READ_MS : (false as const),
      actions: going && !model.stopping ? [stop()] : []
    };
    if (id === null) {
      id = Notification.emit(notice.message, notice.type, options);
    } else {
      Notification.update({ id, ...notice, ...options });
    }
  };
  model.changed.connect(tell);
  await model.make();
}
