/** The few questions that need a dialog. It closes when the server has agreed; until then what was typed stays. */

import { Dialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';
import { QuestionForm } from './questionform';
import type { IUi } from './ui';
import { asApiError, type Asking } from '../core/model';
import { type IQuestion, QuestionModel } from '../core/question';
import { View } from './view';

/** The place of the button that accepts. */
const ACCEPT = 1;

/** Accepting it, with the Enter key too, asks for agreement first. */
class AgreedDialog extends Dialog<unknown> {
  constructor(
    private readonly agree: () => Promise<boolean>,
    options: Partial<Dialog.IOptions<unknown>>
  ) {
    super(options);
  }

  override resolve(index: number = ACCEPT): void {
    if (index !== ACCEPT) {
      super.resolve(index);
    } else if (!this.asking) {
      this.asking = true;
      void this.agree().then(agreed => {
        this.asking = false;
        if (agreed && !this.isDisposed) {
          super.resolve(ACCEPT);
        }
      });
    }
  }

  private asking = false;
}

interface IAsked {
  title: string;
  accept: string;
  /** What it does can't be taken back. */
  warn?: boolean;
  className: string;
  content: () => JSX.Element;
  /** Whether it could be accepted now. */
  ready?: () => boolean;
  agree: () => Promise<boolean>;
}

/** Whether it was agreed to. */
export async function agreed(ui: IUi, model: Asking, asked: IAsked): Promise<boolean> {
  const { title, accept, ready = () => !model.busy } = asked;
  const button = asked.warn ? Dialog.warnButton : Dialog.okButton;
  const dialog = new AgreedDialog(async () => ready() && asked.agree(), {
    title,
    body: new View(ui, asked.content, asked.className),
    buttons: [Dialog.cancelButton(), button({ label: accept })],
    hasClose: true
  });
  const accepts = dialog.node.querySelector<HTMLButtonElement>('.jp-mod-accept, .jp-mod-warn');
  const enable = (): void => {
    if (accepts !== null) {
      accepts.disabled = !ready();
    }
  };
  enable();
  model.changed.connect(enable);
  try {
    return (await dialog.launch()).button.accept;
  } finally {
    model.changed.disconnect(enable);
  }
}

/** Ask for a word, or for a yes, until `send` has gone through; whether it has. */
export async function askAndSend(
  ui: IUi,
  question: IQuestion & { title: string; accept: string; warn?: boolean },
  send: (answer: string) => Promise<void>
): Promise<boolean> {
  const model = new QuestionModel(question, send);
  const { title, accept, warn } = question;
  const done = await agreed(ui, model, {
    title,
    accept,
    warn,
    className: 'mlnb-View-question',
    content: () => <QuestionForm model={model} />,
    agree: () => model.agree()
  });
  model.dispose();
  return done;
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
