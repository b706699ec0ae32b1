import type { JSX } from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UiContext } from '../src/ui/ui';
import { NotebookView } from '../src/widgets/notebookview';
import type {
  IBatchView,
  IComparisonView,
  IHost,
  ILiveView,
  IRunsView,
  View
} from '../src/widgets/tokens';
import { ui } from './examples';

const BASE = { version: 1, store_id: 'S' };

function live(fields: Partial<ILiveView> = {}): ILiveView {
  return {
    ...BASE,
    kind: 'live',
    run_id: 'R1',
    name: 'fit',
    status: 'running',
    elapsed: 3,
    rate: 20,
    unit: 'it',
    turns: 1200,
    bars: [{ label: 'train', done: 12, total: 400, rate: 20, unit: 'it', left: 19 }],
    curves: [],
    more_curves: 0,
    ...fields
  };
}

function batch(fields: Partial<IBatchView> = {}): IBatchView {
  const run = { error: null, seconds: 1, parameters: 'lr=0.1' };
  return {
    ...BASE,
    kind: 'batch',
    batch_id: 'B1',
    name: 'sweep',
    notebook: 'train.ipynb',
    state: 'running',
    elapsed: 5,
    left: 10,
    best: { name: 'sweep-1', metric: 'accuracy', value: 0.9 },
    runs: [
      { ...run, run_id: 'R1', name: 'sweep-1', state: 'finished' },
      { ...run, run_id: 'R2', name: 'sweep-2', state: 'failed', error: 'ValueError: no' },
      { ...run, run_id: 'R3', name: 'sweep-3', state: 'waiting' }
    ],
    more_runs: 0,
    ...fields
  };
}

function runs(fields: Partial<IRunsView> = {}): IRunsView {
  return {
    ...BASE,
    kind: 'runs',
    total: 3,
    query: null,
    newest: 'R3',
    columns: [
      { name: 'run_id', number: false },
      { name: 'name', number: false },
      { name: 'metrics.acc', number: true },
      { name: 'params.lr', number: true }
    ],
    rows: [
      ['R3', 'three', 0.7, 0.1],
      ['R2', 'two', 0.9, 0.2],
      ['R1', 'one', 0.8, 0.3]
    ],
    same: [['depth', '3']],
    more_columns: 0,
    ...fields
  };
}

const COMPARISON: IComparisonView = {
  ...BASE,
  kind: 'comparison',
  runs: ['one', 'two'].map((name, place) => ({
    run_id: `R${place}`,
    name,
    status: 'finished',
    experiment: 'e',
    aliases: []
  })),
  params: [
    { name: 'lr', values: [0.1, 0.2], differs: true },
    { name: 'fit.lr', values: [0.1, 0.2], differs: true },
    { name: 'kernel', values: ['rbf', 'rbf'], differs: false }
  ],
  metrics: [{ name: 'acc', values: [0.9, 0.8], differs: true }],
  data: [],
  environment: [],
  code: [],
  curves: [],
  more_curves: 0
};

const host = {
  page: vi.fn<IHost['page']>(),
  compare: vi.fn<IHost['compare']>(),
  openRun: vi.fn<(runId: string) => void>(),
  stopRun: vi.fn<(runId: string) => Promise<unknown>>(),
  cancelBatch: vi.fn<(batchId: string) => Promise<unknown>>()
} satisfies IHost;

let node: HTMLElement;
let root: Root;

function show(view: View, where: IHost = host): void {
  const shown: JSX.Element = (
    <UiContext.Provider value={ui()}>
      <NotebookView view={view} host={where} />
    </UiContext.Provider>
  );
  act(() => root.render(shown));
}

function button(text: string): HTMLButtonElement {
  const found = [...node.querySelectorAll('button')].find(one => one.textContent.includes(text));
  if (found === undefined) {
    throw new Error(`no button ${text}`);
  }
  return found;
}

/** Click, and wait for what the host answers. */
async function press(text: string): Promise<void> {
  await act(() => {
    button(text).click();
    return Promise.resolve();
  });
}

const names = (): string[] =>
  [...node.querySelectorAll('[data-mlnb-run]')].map(row => row.getAttribute('data-mlnb-run') ?? '');

function type(label: string, text: string): void {
  const input = node.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`);
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  node = document.body.appendChild(document.createElement('div'));
  root = createRoot(node);
});

afterEach(() => {
  act(() => root.unmount());
  node.remove();
  vi.useRealTimers();
});

describe('a cell that runs', () => {
  it('says how far it is, and asks once to stop', async () => {
    host.stopRun.mockResolvedValue(undefined);
    show(live());
    expect(node.textContent).toContain('1,200 it');
    expect(node.textContent).toContain('12 of 400');
    await press('Stop');
    expect(host.stopRun).toHaveBeenCalledWith('R1');
    expect(button('Stopping').disabled).toBe(true);
  });

  it('says what to do where nobody could be asked', async () => {
    host.stopRun.mockRejectedValue(new Error('no server'));
    show(live());
    await press('Stop');
    expect(button('interrupt the kernel').disabled).toBe(false);
  });

  it('does not claim to run when it has told nothing for long', () => {
    show(live());
    act(() => {
      vi.advanceTimersByTime(60_000);
    });
    expect(node.textContent).toContain('it may have ended');
    expect(node.querySelector('.mlnb-Action')).toBeNull();
  });

  it('leaves nothing when it is over and had no curve', () => {
    show(live({ status: 'finished' }));
    expect(node.textContent).toBe('');
  });
});

describe('a batch', () => {
  it('shows its runs, the best, what failed, and is cancelled', async () => {
    host.cancelBatch.mockResolvedValue(undefined);
    show(batch());
    expect(node.textContent).toContain('2 of 3');
    expect(node.textContent).toContain('best accuracy 0.9');
    expect(node.textContent).toContain('ValueError: no');
    const dots = [...node.querySelectorAll<HTMLButtonElement>('.mlnb-Nb-dot')];
    expect(dots.map(dot => dot.disabled)).toEqual([false, false, true]);
    act(() => dots[1]?.click());
    expect(host.openRun).toHaveBeenCalledWith('R2');
    await press('Cancel');
    expect(host.cancelBatch).toHaveBeenCalledWith('B1');
  });

  it('that has ended can not be cancelled', () => {
    show(batch({ state: 'cancelled', left: null }));
    expect(node.textContent).not.toContain('Cancel');
  });
});

describe('a table of runs that is all there is', () => {
  it('is sorted by a column, and back', () => {
    show(runs());
    expect(names()).toEqual(['R3', 'R2', 'R1']);
    act(() => button('acc').click());
    expect(names()).toEqual(['R2', 'R1', 'R3']);
    act(() => button('acc').click());
    expect(names()).toEqual(['R3', 'R1', 'R2']);
    act(() => button('acc').click());
    expect(names()).toEqual(['R3', 'R2', 'R1']);
  });

  it('is filtered by text', () => {
    show(runs());
    type('Filter runs', 'tw');
    act(() => {
      vi.advanceTimersByTime(1_000);
    });
    expect(names()).toEqual(['R2']);
  });

  it('compares what is picked', async () => {
    host.compare.mockResolvedValue(COMPARISON);
    show(runs());
    for (const name of ['three', 'one']) {
      act(() =>
        node.querySelector<HTMLInputElement>(`input[aria-label="Select ${name}"]`)?.click()
      );
    }
    await press('Compare');
    expect(host.compare).toHaveBeenCalledWith(['R3', 'R1']);
    expect(node.querySelector('.mlnb-NbCompare')).not.toBeNull();
  });
});

describe('a comparison', () => {
  const rows = (): (string | null)[] =>
    [...node.querySelectorAll('tbody th[scope=row]')].map(row => row.textContent);

  it('tells differences first, once, and the rest when asked', () => {
    show(COMPARISON);
    expect(rows()).toEqual(['lr', 'acc']);
    act(() => node.querySelector<HTMLInputElement>('input[type=checkbox]')?.click());
    expect(rows()).toEqual(['lr', 'kernel', 'acc']);
  });

  it('takes runs out of sight, but never the last', () => {
    show(COMPARISON);
    act(() => button('two').click());
    expect(node.querySelectorAll('thead th')).toHaveLength(1);
    act(() => button('one').click());
    expect(node.querySelectorAll('thead th')).toHaveLength(1);
  });

  it('is filtered by name', () => {
    show(COMPARISON);
    type('Filter names', 'ac');
    expect(rows()).toEqual(['acc']);
  });
});
