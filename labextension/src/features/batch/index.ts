/** A batch of reruns. */

import { CommandIDs, textIn } from '../../core/commands';
import type { IAbout, IFeature } from '../../core/features';
import { experimentsIcon } from '../../ui/icons';
import type { IContext } from '../context';

export interface IBatchAbout extends IAbout {
  readonly batch_id: string;
}

export function batchFeature(context: IContext): IFeature<IBatchAbout> {
  const { workspace } = context;
  return {
    kind: 'batch',
    command: CommandIDs.openBatch,
    label: workspace.trans.__('Open Batch'),
    icon: experimentsIcon,
    parse: args => {
      const batch_id = textIn(args, 'batch_id');
      return batch_id === null ? null : { batch_id, store_id: textIn(args, 'store_id') };
    },
    ids: ({ batch_id }) => [batch_id],
    args: ids => (ids.length === 1 ? { batch_id: ids[0] } : null),
    open: async about => (await import('./widget')).batchView(context, about)
  };
}
