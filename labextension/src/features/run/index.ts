/** One run. */

import { CommandIDs } from '../../core/commands';
import type { IAbout, IFeature } from '../../core/features';
import { targetOf } from '../../core/target';
import { experimentsIcon } from '../../ui/icons';
import type { IContext } from '../context';

export interface IRunAbout extends IAbout {
  readonly run_id: string;
}

export function runFeature(context: IContext): IFeature<IRunAbout> {
  const { workspace } = context;
  return {
    kind: 'run',
    command: CommandIDs.openRun,
    label: workspace.trans.__('Open Run'),
    icon: experimentsIcon,
    palette: true,
    parse: args => {
      const { runs, storeId } = targetOf(workspace, args);
      return runs[0] === undefined ? null : { run_id: runs[0], store_id: storeId };
    },
    ids: ({ run_id }) => [run_id],
    args: ids => (ids.length === 1 ? { run_id: ids[0] } : null),
    open: async (about, state) => (await import('./widget')).runView(context, about, state)
  };
}
