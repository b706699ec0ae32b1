/** The dialog of a promotion. */

import { agreed } from '../../ui/dialogs';
import type { IUi } from '../../ui/ui';
import type { IPromotion } from '../../core/tokens';
import type { PromotionModel } from './model';
import { PromoteForm } from './view';

/** Ask for a promotion until it is done or given up. */
export async function promoteDialog(ui: IUi, model: PromotionModel): Promise<IPromotion | null> {
  const { trans } = ui;
  void model.open();
  await agreed(ui, model, {
    title: trans.__('Promote'),
    accept: trans.__('Promote'),
    className: 'mlnb-View-promote',
    content: () => <PromoteForm model={model} />,
    ready: () => model.ready,
    agree: () => model.promote()
  });
  return model.done;
}
