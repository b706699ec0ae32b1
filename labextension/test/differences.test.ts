import { describe, expect, it } from 'vitest';
import { changedLines, differences } from '../src/features/compare/different';
import { comparison } from './examples';

describe('differences', () => {
  it('says parameters as they were written', () => {
    const found = differences(
      comparison({
        params: [
          { name: 'lr', values: [0.05, 0.1], differs: true },
          { name: 'seed', values: [0, 0], differs: false }
        ]
      })
    );
    expect(found).toEqual([{ part: 'params', name: 'lr', values: ['0.05', '0.1'] }]);
  });

  it('names changed columns and counts changed lines', () => {
    const found = differences(
      comparison({
        data: [{ name: 'train', values: [null, null], differs: true, changed_columns: ['pay'] }],
        code: [{ cell_id: 'c1', sources: ['a\nb', 'a\nc\nd'], differs: true }],
        environment: [{ name: 'numpy', values: ['2.4.5', null], differs: true }]
      })
    );
    expect(found).toEqual([
      { part: 'data', name: 'train', columns: ['pay'] },
      { part: 'code', name: 'c1', title: 'a', lines: 2 },
      { part: 'environment', name: 'numpy', values: ['2.4.5', '–'] }
    ]);
  });

  it('finds none between a run and itself', () => {
    expect(differences(comparison())).toEqual([]);
  });
});

describe('changedLines', () => {
  it.each([
    ['a\nb\nc', 'a\nb\nc', 0],
    ['a\nb\nc', 'a\nx\nc', 1],
    ['a\nb', 'a\nb\nc', 1],
    ['', 'a\nb', 2]
  ])('between %j and %j', (before, after, lines) => {
    expect(changedLines(before, after)).toBe(lines);
    expect(changedLines(after, before)).toBe(lines);
  });
});
