/**
 * The views as an anywidget, for front ends without our extension: the module that mlnb/widgets/anywidgets.py loads.
 *
 * It is bundled alone, with all that it needs. Questions go to the kernel as custom messages with a number, and come back
 * with it.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import { createRoot } from 'react-dom/client';
import { ColorBook } from '../values/colors';
import { ChartsModel } from '../core/charts';
import { type IUi, UiContext } from '../ui/ui';
import { NotebookView } from './notebookview';
import { type IHost, isView } from './tokens';

interface IModel {
  get: (name: 'payload') => unknown;
  send: (message: unknown) => void;
  on: (event: string, callback: (message: unknown) => void) => void;
  off: (event: string, callback: (message: unknown) => void) => void;
}

interface IReply {
  id: number;
  answer?: unknown;
  error?: string;
}

/** English, as JupyterLab's translations give it where there is none for the reader's language. */
const trans = {
  __: (text: string, ...args: (string | number)[]) => filled(text, args),
  _n: (one: string, several: string, count: number, ...args: (string | number)[]) =>
    filled(count === 1 ? one : several, [count, ...args])
} as unknown as TranslationBundle;

const ui: IUi = {
  trans,
  colors: new ColorBook(),
  charts: new ChartsModel(),
  python: [],
  highlight: () => Promise.resolve()
};

function filled(text: string, args: readonly (string | number)[]): string {
  return text.replace(/%(\d)/g, (_, place: string) => String(args[Number(place) - 1] ?? ''));
}

class Kernel {
  constructor(private readonly model: IModel) {
    model.on('msg:custom', this.hear);
  }

  ask<T>(what: string, asked: object): Promise<T> {
    const id = (this.last += 1);
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: answer => resolve(answer as T), reject });
      this.model.send({ id, ask: what, ...asked });
    });
  }

  dispose(): void {
    this.model.off('msg:custom', this.hear);
  }

  private readonly hear = (message: unknown): void => {
    const { id, answer, error } = message as IReply;
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) {
      waiting?.resolve(answer);
    } else {
      waiting?.reject(new Error(error));
    }
  };

  private readonly waiting = new Map<
    number,
    { resolve: (answer: unknown) => void; reject: (reason: Error) => void }
  >();
  private last = 0;
}

function render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
  const kernel = new Kernel(model);
  const host: IHost = {
    page: query => kernel.ask('runs', query),
    compare: runs => kernel.ask('comparison', { runs })
  };
  el.classList.add('mlnb-View', 'mlnb-Nb', 'mlnb-Anywidget');
  const root = createRoot(el);
  const draw = (): void => {
    const view = model.get('payload');
    root.render(
      isView(view) ? (
        <UiContext.Provider value={ui}>
          <NotebookView view={view} host={host} />
        </UiContext.Provider>
      ) : null
    );
  };
  draw();
  model.on('change:payload', draw);
  return () => {
    model.off('change:payload', draw);
    kernel.dispose();
    root.unmount();
  };
}

export default { render };
