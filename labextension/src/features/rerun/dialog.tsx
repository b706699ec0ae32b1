/** The dialog of a rerun. */

import type { IBatch } from '../../core/tokens';
import { agreed } from '../../ui/dialogs';
import type { IUi } from '../../ui/ui';
import type { RerunModel } from './model';
import { RerunForm } from './view';

/** Ask for a rerun's parameters until it has begun, or is given up. */
export async function rerunDialog(
  ui: IUi,
  model: RerunModel
): Promise<{ batch: IBatch; store: string | null } | null> {
  const { trans } = ui;
  let started: { batch: IBatch; store: string | null } | null = null;
  void model.open();
  await agreed(ui, model, {
    title: trans.__('Rerun'),
    accept: trans.__('Run'),
    className: 'mlnb-View-rerun',
    content: () => <RerunForm model={model} />,
    ready: () => model.ready,
    agree: async () => {
      started = await model.start();
      return started !== null;
    }
  });
  return started;
}
