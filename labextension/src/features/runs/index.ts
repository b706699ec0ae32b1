/** All runs of a store, in a table. */

import { CommandIDs } from '../../core/commands';
import type { IFeature } from '../../core/features';
import { tableIcon } from '../../ui/icons';
import { type IContext, storeIn } from '../context';

export function runsFeature(context: IContext): IFeature {
  const { workspace } = context;
  const { trans } = workspace;
  return {
    kind: 'runs',
    command: CommandIDs.openRuns,
    label: trans.__('Show Table of Runs'),
    caption: trans.__('All runs of the store in front, in a table'),
    icon: tableIcon,
    palette: true,
    place: trans.__('Runs'),
    parse: args => storeIn(workspace, args),
    ids: () => [],
    args: ids => (ids.length === 0 ? {} : null),
    open: async (about, state) => (await import('./widget')).runsView(context, about, state)
  };
}
