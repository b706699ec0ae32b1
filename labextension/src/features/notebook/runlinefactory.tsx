/** Renders the run line under a tracked cell. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { RunLine } from './runline';
import { type IUi, UiContext } from '../../ui/ui';
import { type IRunLine, RUN_LINE_MIME } from '../../core/tokens';

const SUPPORTED_VERSION = 1;

export class RunLineRenderer extends ReactWidget implements IRenderMime.IRenderer {
  constructor(
    private readonly ui: IUi,
    private readonly open: (line: IRunLine) => void,
    private readonly shown: (line: IRunLine) => void,
    touched: (line: IRunLine, renderer: object) => void
  ) {
    super();
    this.addClass('mlnb-RunLine-output');
    // Its context menu is about the run.
    for (const event of ['pointerdown', 'contextmenu', 'focusin']) {
      this.node.addEventListener(event, () => this.line !== null && touched(this.line, this), {
        capture: true
      });
    }
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const line = model.data[RUN_LINE_MIME];
    if (!isRunLine(line)) {
      return Promise.reject(new Error('this run line needs a newer mlnb'));
    }
    this.line = line;
    this.shown(line);
    this.update();
    return this.renderPromise ?? Promise.resolve();
  }

  protected override render(): JSX.Element | null {
    const { line } = this;
    return line === null ? null : (
      <UiContext.Provider value={this.ui}>
        <RunLine line={line} onOpen={() => this.open(line)} />
      </UiContext.Provider>
    );
  }

  private line: IRunLine | null = null;
}

/** Before text/html, which is the same line for places without this panel. */
export function runLineFactory(
  ui: IUi,
  open: (line: IRunLine) => void,
  shown: (line: IRunLine) => void,
  touched: (line: IRunLine, renderer: object) => void
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [RUN_LINE_MIME],
    defaultRank: 10,
    createRenderer: () => new RunLineRenderer(ui, open, shown, touched)
  };
}

export function isRunLine(data: unknown): data is IRunLine {
  const line = data as Partial<IRunLine> | null | undefined;
  return (
    typeof line === 'object' &&
    line !== null &&
    typeof line.run_id === 'string' &&
    typeof line.version === 'number' &&
    line.version <= SUPPORTED_VERSION &&
    Array.isArray(line.metrics) &&
    Array.isArray(line.params) &&
    typeof line.counts === 'object'
  );
}
