import { describe, expect, it } from 'vitest';
import { conditions, literal, withCondition, without } from '../src/values/query';

describe('conditions', () => {
  it('are what `and` joins, outside of texts and brackets', () => {
    expect(conditions("metrics.acc > 0.9 and params.kernel = 'a and b' AND (a or b)")).toEqual([
      'metrics.acc > 0.9',
      "params.kernel = 'a and b'",
      '(a or b)'
    ]);
  });

  it('are one where the query is joined otherwise, or isn’t finished', () => {
    expect(conditions('a > 1 or b > 2 and c > 3')).toEqual(['a > 1 or b > 2 and c > 3']);
    expect(conditions('a > 1 and')).toEqual(['a > 1 and']);
    expect(conditions('  ')).toEqual([]);
  });

  it('are added once and taken off again', () => {
    expect(withCondition('', 'a = 1')).toBe('a = 1');
    expect(withCondition('a = 1', 'a = 1')).toBe('a = 1');
    expect(withCondition('a = 1 or b = 2', 'c = 3')).toBe('(a = 1 or b = 2) and c = 3');
    expect(without('a = 1 and b = 2 and c = 3', 'b = 2')).toBe('a = 1 and c = 3');
  });
});

it('writes texts with their quotes doubled', () => {
  expect(literal("it's")).toBe("'it''s'");
  expect(literal(0.5)).toBe('0.5');
});
