/** The few questions that need a dialog. */

import { Dialog, InputDialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PromoteForm } from '../components/promoteform';
import { RerunForm } from '../components/rerunform';
import type { IUi } from '../components/ui';
import { parseTags } from '../tags';
import { asApiError } from '../models/model';
import type { PromotionModel } from '../models/promotion';
import type { RerunModel } from '../models/rerun';
import type { IPromotion } from '../tokens';
import { View } from './view';

/** The place of the button that accepts. */
const ACCEPT = 1;

/** Can't be accepted, not with the Enter key either, while a gate refuses. */
class PromoteDialog extends Dialog<unknown> {
  constructor(
    private readonly model: PromotionModel,
    options: Partial<Dialog.IOptions<unknown>>
  ) {
    super(options);
  }

  override resolve(index: number = ACCEPT): void {
    if (index !== ACCEPT || this.model.ready) {
      super.resolve(index);
    }
  }
}

/** Ask for a promotion until it is done or given up. */
export async function promoteDialog(ui: IUi, model: PromotionModel): Promise<IPromotion | null> {
  const { trans } = ui;
  const body = new View(ui, () => <PromoteForm model={model} />, 'mlnb-View-promote');
  const dialog = new PromoteDialog(model, {
    title: trans.__('Promote'),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Promote') })],
    hasClose: true
  });
  const accept = dialog.node.querySelector<HTMLButtonElement>('.jp-mod-accept');
  const enable = (): void => {
    if (accept !== null) {
      accept.disabled = !model.ready;
    }
  };
  enable();
  model.changed.connect(enable);
  void model.open();
  const { button } = await dialog.launch();
  if (!button.accept) {
    return null;
  }
  await model.promote();
  if (model.problem !== null) {
    await showErrorMessage(
      trans.__('Not promoted'),
      [model.problem.message, model.problem.hint].filter(Boolean).join('. ')
    );
  }
  return model.done;
}

/** Can't be accepted before the parameters are known. */
class RerunDialog extends Dialog<unknown> {
  constructor(
    private readonly model: RerunModel,
    options: Partial<Dialog.IOptions<unknown>>
  ) {
    super(options);
  }

  override resolve(index: number = ACCEPT): void {
    if (index !== ACCEPT || this.model.ready) {
      super.resolve(index);
    }
  }
}

/** Ask for a rerun's parameters; whether it is to start. */
export async function rerunDialog(ui: IUi, model: RerunModel): Promise<boolean> {
  const { trans } = ui;
  const body = new View(ui, () => <RerunForm model={model} />, 'mlnb-View-rerun');
  const dialog = new RerunDialog(model, {
    title: trans.__('Rerun'),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Run') })],
    hasClose: true
  });
  void model.open();
  const { button } = await dialog.launch();
  return button.accept;
}

/** A new name, or null. */
export async function askName(trans: TranslationBundle, name: string): Promise<string | null> {
  const { value } = await InputDialog.getText({
    title: trans.__('Rename the run'),
    text: name,
    okLabel: trans.__('Rename')
  });
  return value?.trim() ? value.trim() : null;
}

/** Tags as typed: `team=a, baseline, -old`; null where the dialog was closed. */
export async function askTags(
  trans: TranslationBundle,
  count: number
): Promise<Record<string, string | null> | null> {
  const { value } = await InputDialog.getText({
    title: trans._n('Tag the run', 'Tag %1 runs', count),
    label: trans.__('key=value, or a word; -key takes a tag off. Several with commas.'),
    okLabel: trans.__('Tag')
  });
  return value === null ? null : parseTags(value);
}

export async function confirmDelete(trans: TranslationBundle, names: string[]): Promise<boolean> {
  const { button } = await showDialog({
    title: trans._n('Delete %2?', 'Delete %1 runs?', names.length, names[0] ?? ''),
    body: trans.__('They leave every list. Their files are freed later, by mlnb store gc.'),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })]
  });
  return button.accept;
}

/** Run a step of a command; what it throws is shown. */
export async function reported(trans: TranslationBundle, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (reason) {
    const error = asApiError(reason);
    await showErrorMessage(
      trans.__('That did not work'),
      [error.message, error.hint].filter(Boolean).join('. ')
    );
  }
}
