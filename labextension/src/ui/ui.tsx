/** What every component needs and no parent wants to hand down: language, colours, highlighting. */

import type { Extension } from '@codemirror/state';
import type { TranslationBundle } from '@jupyterlab/translation';
import { createContext, useContext } from 'react';
import type { ColorBook } from '../values/colors';
import type { ChartsModel } from '../core/charts';

export interface IUi {
  trans: TranslationBundle;
  colors: ColorBook;
  /** How curves are drawn. */
  charts: ChartsModel;
  /** The notebook's Python, for editors. */
  python: Extension;
  /** Put highlighted Python into an element. */
  highlight: (source: string, element: HTMLElement) => Promise<void>;
}

export const UiContext = createContext<IUi | null>(null);

export function useUi(): IUi {
  const ui = useContext(UiContext);
  if (ui === null) {
    throw new Error('a component of mlnb stands outside of its UiContext');
  }
  return ui;
}
