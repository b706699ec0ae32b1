/**
 * The editor's languages, of which this page shows one.
 *
 * JupyterLab's own registry brings a hundred files along, so this one has what the panel asks of it.
 */

import { IEditorLanguageRegistry, jupyterHighlightStyle } from '@jupyterlab/codemirror';
import { python } from '@codemirror/lang-python';
import { highlightCode } from '@lezer/highlight';
import type { IPlugin } from '@lumino/application';
import { StyleModule } from 'style-mod';
import type { PageApp } from './app';

type Languages = Pick<IEditorLanguageRegistry, 'getLanguage' | 'findByName' | 'highlight'>;

export const languagesPlugin: IPlugin<PageApp, Languages> = {
  id: 'mlnb:page-languages',
  provides: IEditorLanguageRegistry,
  activate: () => {
    const support = python();
    const language = { name: 'python', mime: 'text/x-python', support };
    if (jupyterHighlightStyle.module !== null) {
      StyleModule.mount(document, jupyterHighlightStyle.module);
    }
    return {
      getLanguage: () => Promise.resolve(language),
      findByName: () => language,
      highlight: (source, _, element) => {
        const tree = support.language.parser.parse(source);
        highlightCode(
          source,
          tree,
          jupyterHighlightStyle,
          (text, classes) => {
            const part = document.createElement('span');
            part.className = classes;
            part.textContent = text;
            element.append(part);
          },
          () => element.append('\n')
        );
        return Promise.resolve();
      }
    };
  }
};
