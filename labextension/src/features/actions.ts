/** What can be done with runs from the palette, the context menu and the views. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { CommandIDs, type IRunsArgs } from '../core/commands';
import { asApiError } from '../core/model';
import { ApiError } from '../core/request';
import { targetOf } from '../core/target';
import type { IRunRow } from '../core/tokens';
import type { Workspace } from '../core/workspace';
import { askAndSend, reported } from '../ui/dialogs';
import { parseTags } from '../values/tags';
import { promoteDialog } from './promote/dialog';
import { PromotionModel } from './promote/model';

export function addRunCommands(app: JupyterFrontEnd, workspace: Workspace): void {
  const { commands } = app;
  const { api, runs, selection, trans } = workspace;
  const target = (args: Record<string, unknown>): IRunsArgs => targetOf(workspace, args);
  const row = async ({ runs: [runId = ''], storeId }: IRunsArgs): Promise<IRunRow> =>
    runs.row(runId) ?? (await api.run(storeId, runId));
  const some = (args: Record<string, unknown>): boolean => target(args).runs.length > 0;
  /** Do it with each run; what is refused of some holds up none of the others, and is told in the end. */
  const each = async (all: string[], step: (run: string) => Promise<unknown>): Promise<void> => {
    const refused: ApiError[] = [];
    for (const run of all) {
      await step(run).catch((reason: unknown) => refused.push(asApiError(reason)));
    }
    await runs.refresh();
    const [first] = refused;
    if (first !== undefined) {
      throw all.length === 1
        ? first
        : new ApiError(
            trans.__('%1 of %2 were refused: %3', refused.length, all.length, first.message),
            first.code,
            first.status,
            first.hint
          );
    }
  };

  commands.addCommand(CommandIDs.promote, {
    label: trans.__('Promote Run…'),
    caption: trans.__('Point an alias at the model of the selected run'),
    isEnabled: some,
    execute: args =>
      reported(trans, async () => {
        const wanted = target(args);
        const { model, version, alias } = args;
        const promotion = new PromotionModel(
          api,
          wanted.storeId,
          await api.run(wanted.storeId, wanted.runs[0] ?? ''),
          {
            ...(typeof model === 'string' ? { model } : {}),
            ...(typeof version === 'number' ? { version } : {}),
            ...(typeof alias === 'string' ? { alias } : {})
          }
        );
        const done = await promoteDialog(workspace.ui, promotion);
        promotion.dispose();
        if (done !== null) {
          Notification.success(
            trans.__('%1 is now version %2 of %3', done.alias, done.to_version ?? '–', done.model),
            { autoClose: 4000 }
          );
          await runs.refresh();
        }
      })
  });

  commands.addCommand(CommandIDs.rename, {
    label: trans.__('Rename Run…'),
    isEnabled: args => target(args).runs.length === 1,
    execute: args =>
      reported(trans, async () => {
        const wanted = target(args);
        const { run_id, name } = await row(wanted);
        const question = {
          title: trans.__('Rename the run'),
          text: '',
          field: trans.__('Name'),
          answer: name,
          accept: trans.__('Rename')
        };
        await askAndSend(workspace.ui, question, async next => {
          if (next !== name) {
            await api.edit(wanted.storeId, run_id, { name: next });
            await runs.refresh();
          }
        });
      })
  });

  commands.addCommand(CommandIDs.tag, {
    label: trans.__('Tag Runs…'),
    isEnabled: some,
    execute: args =>
      reported(trans, async () => {
        const wanted = target(args);
        const question = {
          title: trans._n('Tag the run', 'Tag %1 runs', wanted.runs.length),
          text: trans.__('key=value, or a word; -key takes a tag off. Several with commas.'),
          field: trans.__('Tags'),
          answer: '',
          accept: trans.__('Tag')
        };
        await askAndSend(workspace.ui, question, async typed => {
          const tags = parseTags(typed);
          if (Object.keys(tags).length > 0) {
            await each(wanted.runs, run => api.edit(wanted.storeId, run, { tags }));
          }
        });
      })
  });

  commands.addCommand(CommandIDs.remove, {
    label: trans.__('Delete Runs…'),
    isEnabled: some,
    execute: args =>
      reported(trans, async () => {
        const wanted = target(args);
        const names = wanted.runs.map(runId => runs.row(runId)?.name ?? runId);
        const question = {
          title: trans._n('Delete %2?', 'Delete %1 runs?', names.length, names[0] ?? ''),
          text: trans.__('They leave every list. Their files are freed later, by mlnb store gc.'),
          field: null,
          answer: '',
          accept: trans.__('Delete'),
          warn: true
        };
        const gone = new Set<string>();
        await askAndSend(workspace.ui, question, () =>
          each(
            wanted.runs.filter(run => !gone.has(run)),
            async run => {
              await api.remove(wanted.storeId, run);
              gone.add(run);
            }
          )
        );
        if (gone.size > 0) {
          selection.clear();
        }
      })
  });

  commands.addCommand(CommandIDs.copyId, {
    label: trans.__('Copy Run ID'),
    isEnabled: some,
    execute: args => Clipboard.copyToSystem(target(args).runs.join('\n'))
  });

  commands.addCommand(CommandIDs.refresh, {
    label: trans.__('Refresh Experiments'),
    execute: () => runs.refresh()
  });
}
