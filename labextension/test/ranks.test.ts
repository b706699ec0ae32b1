import { describe, expect, it } from 'vitest';
import { importances, rankCorrelation, rankRatio, ranks } from '../src/values/ranks';
import { columnsAmong } from '../src/values/runcolumns';
import { run } from './examples';

describe('ranks', () => {
  it('share the mean of their places where values are equal', () => {
    expect(ranks([30, 10, 20, 20])).toEqual([4, 1, 2.5, 2.5]);
  });
});

describe('rank correlation', () => {
  it('sees any rising or falling relation, whatever the scale', () => {
    expect(rankCorrelation([0.001, 0.01, 0.1, 1], [1, 2, 3, 400])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3, 4], [9, 7, 5, 1])).toBeCloseTo(-1);
  });

  it('agrees with scipy.stats.spearmanr where values tie', () => {
    expect(rankCorrelation([1, 2, 2, 3, 5], [2, 1, 3, 3, 4])).toBeCloseTo(0.763158, 5);
  });

  it('is nothing where a side does not vary', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
  });
});

describe('the ratio for words', () => {
  it('is one where the words part the ranks, and small where they do not', () => {
    expect(rankRatio(['a', 'a', 'b', 'b'], [1, 1, 2, 2])).toBeCloseTo(1);
    expect(rankRatio(['a', 'b', 'a', 'b'], [1, 2, 4, 3])).toBeCloseTo(0);
  });
});

describe('importance', () => {
  const rows = Array.from({ length: 12 }, (_, index) =>
    run({
      params: { lr: 10 ** -index, seed: (index * 7) % 5, opt: index < 6 ? 'adam' : 'sgd', same: 1 },
      metrics: { accuracy: index / 12 }
    })
  );
  const columns = columnsAmong(rows);
  const accuracy = columns.find(({ key }) => key === 'metrics.accuracy');
  const params = columns.filter(({ group }) => group === 'params');

  it('lists what goes with the metric, the strongest first, and says what may be chance', () => {
    const found = importances(rows, params, accuracy ?? expect.fail());
    expect(found.map(({ column }) => column.name)).toEqual(['lr', 'opt', 'seed']);
    expect(found.map(({ clear }) => clear)).toEqual([true, true, false]);
    expect(found[0]).toMatchObject({ strength: expect.closeTo(1) as number, shape: 'falls' });
    expect(found[1]?.shape).toBe('words');
  });

  it('sees that a metric has its best in the middle, and is not misled by chance', () => {
    const random = (index: number): number => (index * 7919) % 101;
    const bent = Array.from({ length: 40 }, (_, index) =>
      run({
        params: { lr: 10 ** (-5 + (index % 20) / 5), noise: random(index) },
        metrics: { accuracy: 0.9 - ((index % 20) / 5 - 1.9) ** 2 / 20 }
      })
    );
    const columns = columnsAmong(bent);
    const [first, second] = importances(
      bent,
      columns.filter(({ group }) => group === 'params'),
      columns.find(({ key }) => key === 'metrics.accuracy') ?? expect.fail()
    );
    expect(first).toMatchObject({ column: { name: 'lr' }, shape: 'bends', clear: true });
    expect(first?.strength).toBeGreaterThan(0.9);
    expect(second).toMatchObject({ column: { name: 'noise' }, clear: false });
  });

  it('leaves out runs whose metric is missing or NaN, and says nothing of three runs', () => {
    const few = rows.slice(0, 3);
    const broken = rows.slice(3, 9).map(row => ({ ...row, metrics: { accuracy: 'NaN' as const } }));
    expect(importances([...few, ...broken], params, accuracy ?? expect.fail())).toEqual([]);
  });
});
