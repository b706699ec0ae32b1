import { describe, expect, it } from 'vitest';
import { columnChanges, outlines, statisticChange } from '../src/values/profiles';
import type { IColumnProfile, IDataset } from '../src/core/tokens';
import { column, dataset } from './examples';

const table = (...profile: IColumnProfile[]): IDataset => dataset({ profile });
const pay = (mean: number, histogram: IColumnProfile['histogram'] = null): IColumnProfile =>
  column({ mean, max: '30.5', histogram });

describe('a table in two runs', () => {
  it('tells the columns that changed first, and in which statistics', () => {
    const age = column({ name: 'age', type: 'int64', mean: 40 });
    const columns = columnChanges([table(age, pay(20)), table(age, pay(25))], new Set(['pay']));
    expect(columns.map(({ name, changed }) => [name, changed])).toEqual([
      ['pay', true],
      ['age', false]
    ]);
    const [first = expect.fail()] = columns;
    expect(statisticChange(first, 'mean')).toEqual(['20', '25']);
    expect(statisticChange(first, 'max')).toBeNull();
  });

  it('says which run lacks a column', () => {
    const [first] = columnChanges([table(pay(1)), table()], new Set());
    expect(first?.profiles[1]).toBeNull();
    expect(first?.changed).toBe(true);
  });

  it('draws its histograms on one scale, whatever their edges', () => {
    const [one, other] = outlines([
      pay(0, [
        [0, 1, 2],
        [5, 5]
      ]),
      pay(0, [[2, 4], [10]])
    ]);
    expect(one?.points).toEqual([
      [0, 1],
      [0.25, 1],
      [0.25, 1],
      [0.5, 1]
    ]);
    expect(other?.points).toEqual([
      [0.5, 1],
      [1, 1]
    ]);
  });

  it('draws words in places of their own', () => {
    const word = (counts: number[]): IColumnProfile =>
      column({
        name: 'region',
        type: 'string',
        histogram: [['east', 'west'], counts]
      });
    expect(outlines([word([1, 3]), null])[0]?.points.map(([, y]) => y)).toEqual([
      1 / 3,
      1 / 3,
      1,
      1
    ]);
  });
});
