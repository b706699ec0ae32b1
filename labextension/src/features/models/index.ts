/** Registered models. */

import { CommandIDs } from '../../core/commands';
import type { IFeature } from '../../core/features';
import { modelsIcon } from '../../ui/icons';
import { type IContext, storeIn } from '../context';

export function modelsFeature(context: IContext): IFeature {
  const { workspace } = context;
  const { trans } = workspace;
  return {
    kind: 'models',
    command: CommandIDs.openModels,
    label: trans.__('Show Models'),
    caption: trans.__('Registered models, their versions and aliases'),
    icon: modelsIcon,
    palette: true,
    place: trans.__('Models'),
    parse: args => storeIn(workspace, args),
    ids: () => [],
    args: ids => (ids.length === 0 ? {} : null),
    open: async about => (await import('./widget')).modelsView(context, about)
  };
}
