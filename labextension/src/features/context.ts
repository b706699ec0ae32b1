/** What the panel's own features are made from. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { CommandRegistry } from '@lumino/commands';
import { type Arguments, type IAbout } from '../core/features';
import { CommandIDs, textIn } from '../core/commands';
import type { IRunRow } from '../core/tokens';
import type { Workspace } from '../core/workspace';

export interface IContext {
  app: JupyterFrontEnd;
  workspace: Workspace;
  settings: ISettingRegistry | null;
}

/** The store that is named, else the one in view. */
export function storeIn(workspace: Workspace, args: Arguments): IAbout {
  const store_id = textIn(args, 'store_id');
  return { store_id: store_id ?? workspace.runs.store?.id ?? workspace.stores.current };
}

export function openRun(
  commands: CommandRegistry,
  store_id: string | null
): (row: Pick<IRunRow, 'run_id'>) => void {
  return ({ run_id }) => void commands.execute(CommandIDs.openRun, { run_id, store_id });
}
