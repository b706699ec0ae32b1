/** Source code, highlighted as the notebook highlights it, and two versions of it side by side. */

import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { jupyterTheme } from '@jupyterlab/codemirror';
import type { JSX } from 'react';
import { useEffect, useRef } from 'react';
import { useUi } from './ui';

export function Code({ source }: { source: string }): JSX.Element {
  const { highlight } = useUi();
  const element = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const target = element.current;
    if (target !== null) {
      target.textContent = '';
      void highlight(source, target);
    }
  }, [source, highlight]);
  return <pre ref={element} className="mlnb-Code" />;
}

export function CodeDiff({ before, after }: { before: string; after: string }): JSX.Element {
  const { python } = useUi();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (element.current === null) {
      return;
    }
    const extensions = [
      lineNumbers(),
      python,
      jupyterTheme,
      EditorView.lineWrapping,
      EditorView.editable.of(false),
      EditorState.readOnly.of(true)
    ];
    const view = new MergeView({
      a: { doc: before, extensions },
      b: { doc: after, extensions },
      parent: element.current,
      gutter: false,
      collapseUnchanged: { margin: 2, minSize: 6 }
    });
    return () => view.destroy();
  }, [before, after, python]);
  return <div ref={element} className="mlnb-CodeDiff" />;
}
