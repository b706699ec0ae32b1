/** Several runs side by side. */

import { CommandIDs } from '../../core/commands';
import type { IAbout, IFeature } from '../../core/features';
import { targetOf } from '../../core/target';
import { compareIcon } from '../../ui/icons';
import type { IContext } from '../context';

export interface ICompareAbout extends IAbout {
  /** The first is what the others are compared with. */
  readonly runs: readonly string[];
}

export function compareFeature(context: IContext): IFeature<ICompareAbout> {
  const { workspace } = context;
  return {
    kind: 'compare',
    command: CommandIDs.compare,
    label: workspace.trans.__('Compare Runs'),
    icon: compareIcon,
    palette: true,
    parse: args => {
      const { runs, storeId } = targetOf(workspace, args);
      return runs.length < 2 ? null : { runs, store_id: storeId };
    },
    ids: ({ runs }) => runs,
    args: ids => (ids.length < 2 ? null : { runs: ids }),
    open: async about => (await import('./widget')).compareView(context, about)
  };
}
