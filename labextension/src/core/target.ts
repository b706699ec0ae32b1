/** What commands on runs are about. */

import { type IRunsArgs, runsFrom } from './commands';
import type { Workspace } from './workspace';

/** The runs that a command is about: its arguments, else what is selected, else the line in hand. */
export function targetOf(workspace: Workspace, args: Record<string, unknown>): IRunsArgs {
  const given = runsFrom(args);
  return {
    runs: given.runs.length > 0 ? given.runs : workspace.inHand,
    storeId:
      given.storeId ??
      (given.runs.length > 0 ? null : workspace.storeInHand) ??
      workspace.runs.store?.id ??
      null
  };
}
