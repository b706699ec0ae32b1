/** At each tracked cell its last run and the run's key metric, where they are seen with the output folded away. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatNumber, toNumber } from '../../values/format';
import { isRunLine } from './runlinefactory';
import { type IRunLine, RUN_LINE_MIME, type Status } from '../../core/tokens';

type Cell = NotebookPanel['content']['widgets'][number];
/** Of a cell what is needed here; only code cells have outputs. */
interface ICell {
  model: object;
}

interface IOutputs {
  length: number;
  get: (index: number) => { data: Readonly<Record<string, unknown>> };
}

type Open = (line: IRunLine) => void;

const SIGNS: Readonly<Record<Status, string>> = {
  running: '○',
  finished: '●',
  failed: '✕',
  killed: '■'
};

export function addBadges(notebooks: INotebookTracker, trans: TranslationBundle, open: Open): void {
  notebooks.widgetAdded.connect((_, panel) => follow(panel, trans, open));
  notebooks.forEach(panel => follow(panel, trans, open));
}

/** Keep a notebook's badges up to date, at most once a frame. */
function follow(panel: NotebookPanel, trans: TranslationBundle, open: Open): void {
  let asked = 0;
  const look = (): void => {
    if (asked === 0) {
      asked = window.requestAnimationFrame(() => {
        asked = 0;
        panel.content.widgets.forEach(cell => show(cell, trans, open));
      });
    }
  };
  panel.content.modelContentChanged.connect(look);
  panel.content.cellInViewportChanged.connect(look);
  panel.content.activeCellChanged.connect(look);
  void panel.context.ready.then(look);
  panel.disposed.connect(() => window.cancelAnimationFrame(asked));
}

function show(cell: Cell, trans: TranslationBundle, open: Open): void {
  const area = cell.node.querySelector('.jp-Cell-inputArea');
  const line = lineOf(cell);
  const there = area?.querySelector<HTMLButtonElement>(':scope > .mlnb-Badge') ?? null;
  if (area === null || line === null) {
    there?.remove();
    return;
  }
  const text = labelOf(line);
  if (there?.dataset.mlnbLine === line.run_id && there.textContent === text) {
    return;
  }
  const badge = document.createElement('button');
  badge.type = 'button';
  badge.className = `mlnb-Badge mlnb-mod-${line.status}`;
  badge.textContent = text;
  badge.title = trans.__('Open %1', line.name);
  badge.dataset.mlnbLine = line.run_id;
  badge.addEventListener('click', () => open(line));
  there?.remove();
  area.append(badge);
}

/** What the cell's last run left in its output. */
export function lineOf({ model }: ICell): IRunLine | null {
  const { outputs } = model as { outputs?: IOutputs };
  for (let at = (outputs?.length ?? 0) - 1; at >= 0; at -= 1) {
    const line = outputs?.get(at).data[RUN_LINE_MIME];
    if (isRunLine(line)) {
      return line;
    }
  }
  return null;
}

/** `● amber-fox-12 accuracy 0.934` */
export function labelOf({ name, status, metrics }: IRunLine): string {
  const [first] = metrics;
  const value = first === undefined ? null : toNumber(first.value);
  return [
    SIGNS[status],
    name,
    ...(first === undefined || value === null ? [] : [first.name, formatNumber(value)])
  ].join(' ');
}
