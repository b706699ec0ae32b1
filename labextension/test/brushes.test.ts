import { describe, expect, it } from 'vitest';
import { axisOf, boundAt, marksOf, positionOf, valueAt } from '../src/values/axes';
import { brushed, brushesOf, unbrushed } from '../src/values/brushes';
import { columnsAmong } from '../src/values/runcolumns';
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

  it('is brushed in steps of its own span, however its values begin', () => {
    const along = (values: number[]) => {
      const rows = values.map(value => run({ metrics: { m: value } }));
      const column = columnsAmong(rows).find(one => one.key === 'metrics.m') ?? expect.fail();
      return axisOf(rows, column) ?? expect.fail();
    };
    const near = along([0.99912, 0.99923, 0.99934]);
    const [low, high] = [boundAt(near, 0.4, 'low'), boundAt(near, 0.6, 'high')];
    expect([low < 0.99923, 0.99923 < high, low > 0.99912, high < 0.99934]).not.toContain(false);
    expect(String(low).length).toBeLessThan(12);
    const years = along([2019, 2020, 2021, 2022]);
    expect(boundAt(years, 0.5, 'low')).toBeGreaterThan(2020);
    expect(boundAt(years, 0.5, 'high')).toBeLessThan(2021);
    const tiny = along([1e-9, 2e-9, 3e-9]);
    expect(boundAt(tiny, 0.25, 'low')).toBeCloseTo(1.5e-9, 12);
    const wide = along([1e-6, 1]);
    expect(boundAt(wide, 0.5, 'low') / 1e-3).toBeCloseTo(1, 2);
    for (const axis of [near, years, tiny, wide]) {
      expect(boundAt(axis, 0, 'low')).toBeLessThanOrEqual(axis.low);
      expect(boundAt(axis, 1, 'high')).toBeGreaterThanOrEqual(axis.high);
    }
  });

  it('is none where no value is finite', () => {
    expect(axis('metrics.loss')).toBeNull();
  });
});
