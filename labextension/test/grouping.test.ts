import { describe, expect, it } from 'vitest';
import { type IGroupState, Lines, varied } from '../src/core/grouping';
import type { IBatchInfo, IRunRow } from '../src/core/tokens';
import { run } from './examples';

function group(experiment: string, total: number, rows: [number, IRunRow][] = []): IGroupState {
  return { experiment, total, collapsed: false, rows: new Map(rows) };
}

function info(parts: Partial<IBatchInfo> = {}): IBatchInfo {
  const counts = { total: 2, done: 2, failed: 0 };
  return { batch_id: 'B', name: 'sweep', state: 'finished', ...counts, varied: [], ...parts };
}

const kinds = (lines: Lines): string[] =>
  Array.from({ length: lines.length }, (_, index) => lines.at(index)?.kind ?? '');

describe('Lines', () => {
  it('puts runs under their experiment', () => {
    const lines = new Lines([
      group('churn', 2, [
        [0, run()],
        [1, run()]
      ]),
      group('fraud', 1, [[0, run()]])
    ]);
    expect(kinds(lines)).toEqual(['experiment', 'run', 'run', 'experiment', 'run']);
  });

  it('costs what is loaded: 100,000 runs that are not there are one segment', () => {
    const lines = new Lines([group('churn', 100_000, [[50_000, run()]])]);
    expect(lines.length).toBe(100_001);
    expect(lines.at(70_000)).toMatchObject({ kind: 'gap', place: 69_999 });
    expect(lines.at(50_001)?.kind).toBe('run');
  });

  it('opens a batch above its first run and hides the runs of one that is folded', () => {
    const rows: [number, IRunRow][] = [
      [0, run()],
      [1, run({ batch_id: 'B' })],
      [2, run({ batch_id: 'B' })]
    ];
    const batches = new Map([['B', info()]]);
    expect(kinds(new Lines([group('churn', 3, rows)], batches))).toEqual([
      'experiment',
      'run',
      'batch',
      'run',
      'run'
    ]);
    expect(kinds(new Lines([group('churn', 3, rows)], batches, new Set(['B'])))).toEqual([
      'experiment',
      'run',
      'batch'
    ]);
  });

  it('hides everything in a folded experiment', () => {
    const lines = new Lines([{ ...group('churn', 9), collapsed: true }]);
    expect(lines.length).toBe(1);
  });

  it('finds a line by its key and knows which places are in view', () => {
    const shown = run();
    const lines = new Lines([group('churn', 5, [[1, shown]]), group('fraud', 3)]);
    expect(lines.indexOf(`r:${shown.run_id}`)).toBe(2);
    expect(lines.places(2, 7)).toEqual(
      new Map([
        ['churn', [1, 4]],
        ['fraud', [0, 0]]
      ])
    );
  });

  it('finds a line by its height and the height of a line', () => {
    const lines = new Lines([group('churn', 100_000, [[3, run()]]), group('fraud', 0)]);
    for (const index of [0, 1, 4, 5, 99_999, 100_001]) {
      expect(lines.indexAt(lines.top(index))).toBe(index);
      expect(lines.indexAt(lines.top(index + 1) - 1)).toBe(index);
    }
    expect(lines.top(lines.length)).toBe(lines.height);
    expect(lines.indexAt(-5)).toBe(0);
    expect(lines.indexAt(lines.height + 5)).toBe(lines.length - 1);
  });

  it('has no line past its end', () => expect(new Lines([]).at(0)).toBeNull());
});

it('tells runs of a batch apart by what it varies', () => {
  const batch = info({ varied: ['trees', 'forest.max_depth'] });
  expect(varied(batch, run({ params: { trees: 120, 'forest.max_depth': 14, seed: 0 } }))).toEqual([
    ['trees', '120'],
    ['max_depth', '14']
  ]);
  expect(varied(batch, run())).toEqual([]);
});

it('takes a batch of one run for that run', () => {
  const groups = [group('churn', 1, [[0, run({ batch_id: 'B' })]])];
  expect(kinds(new Lines(groups, new Map([['B', info({ total: 1 })]])))).toEqual([
    'experiment',
    'run'
  ]);
});
