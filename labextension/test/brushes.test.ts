import { describe, expect, it } from 'vitest';
import { axisOf, marksOf, positionOf, valueAt } from '../src/axes';
import { brushed, brushesOf, unbrushed } from '../src/brushes';
import { columnsAmong } from '../src/runcolumns';
import { run } from './examples';

describe('a brush', () => {
  it('is conditions of the query, and conditions of its form are a brush', () => {
    const where = brushed("status = 'finished'", 'params.lr', {
      kind: 'range',
      low: 0.01,
      high: 1
    });
    expect(where).toBe("status = 'finished' and params.lr >= 0.01 and params.lr <= 1");
    expect(brushesOf(where).get('params.lr')).toEqual({ kind: 'range', low: 0.01, high: 1 });
  });

  it('takes the place of the one before it, and comes off', () => {
    const before = 'params.lr >= 0.01 and depth = 3';
    expect(brushed(before, 'params.lr', { kind: 'range', low: null, high: 1e-7 })).toBe(
      'depth = 3 and params.lr <= 1e-7'
    );
    expect(brushed(before, 'params.lr', null)).toBe('depth = 3');
    expect(unbrushed(before, new Set(['params.lr']))).toBe('depth = 3');
  });

  it('chooses among words, quotes included', () => {
    const where = brushed('', 'params.name', { kind: 'words', words: ["it's", 'b'] });
    expect(where).toBe("params.name in ('it''s', 'b')");
    expect(brushesOf(where).get('params.name')).toEqual({ kind: 'words', words: ["it's", 'b'] });
  });

  it('leaves a choice in the query whole', () => {
    const where = brushed('a = 1 or b = 2', 'params.lr', { kind: 'range', low: 3, high: null });
    expect(where).toBe('(a = 1 or b = 2) and params.lr >= 3');
  });

  it('works on names that are quoted', () => {
    const field = 'metrics."f1(y, p)"';
    const where = brushed('', field, { kind: 'range', low: 0.5, high: null });
    expect(brushesOf(where).get(field)).toEqual({ kind: 'range', low: 0.5, high: null });
  });
});

describe('an axis', () => {
  const rows = [0.0001, 0.01, 1].map((lr, index) =>
    run({ params: { lr, opt: ['sgd', 'adam', 'adam'][index] ?? '' }, metrics: { loss: 'NaN' } })
  );
  const axis = (key: string) => {
    const column = columnsAmong(rows).find(one => one.key === key) ?? expect.fail();
    return axisOf(rows, column);
  };

  it('stands by logarithms where values span decades', () => {
    const lr = axis('params.lr') ?? expect.fail();
    expect(lr.log).toBe(true);
    expect(positionOf(lr, 0.01)).toBeCloseTo(0.5);
    expect(valueAt(lr, 0.5)).toBeCloseTo(0.01);
    expect(marksOf(lr, 4).map(({ text }) => text)).toEqual(['1e−4', '0.01', '1']);
  });

  it('gives words places in their order', () => {
    const opt = axis('params.opt') ?? expect.fail();
    expect(opt.words).toEqual(['adam', 'sgd']);
    expect(positionOf(opt, 'adam')).toBe(0.25);
    expect(positionOf(opt, null)).toBeNull();
  });

  it('is none where no value is finite', () => {
    expect(axis('metrics.loss')).toBeNull();
  });
});
