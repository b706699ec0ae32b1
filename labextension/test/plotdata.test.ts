import { describe, expect, it } from 'vitest';
import type { IChartState } from '../src/models/charts';
import { smoothed, tableOf } from '../src/plotdata';

const plain: IChartState = { smoothing: 0, x: 'step', logX: false, logY: false };
const curve = {
  steps: [0, 1, 10],
  times: [1000, 1500, 3000],
  values: [1, Number.NaN, 4]
};

describe('a curve for the plot', () => {
  it('has gaps where values are not finite', () => {
    expect(tableOf(curve, plain)).toEqual({ x: [0, 1, 10], raw: [1, null, 4], smooth: null });
  });

  it('stands by time of day or since its first point', () => {
    expect(tableOf(curve, { ...plain, x: 'relative' }).x).toEqual([0, 0.5, 2]);
    expect(tableOf(curve, { ...plain, x: 'time' }).x).toEqual([1, 1.5, 3]);
  });

  it('leaves out what has no logarithm', () => {
    expect(tableOf(curve, { ...plain, logX: true }).x).toEqual([1, 10]);
    expect(tableOf({ ...curve, values: [-1, 0, 2] }, { ...plain, logY: true }).raw).toEqual([
      null,
      null,
      2
    ]);
  });
});

describe('smoothing', () => {
  it('is a moving average that begins at the first value, and keeps gaps', () => {
    expect(smoothed([2, null, 2, 2], 0.9)).toEqual([
      expect.closeTo(2),
      null,
      expect.closeTo(2),
      expect.closeTo(2)
    ]);
    expect(smoothed([0, 1], 0.5)[1]).toBeCloseTo(2 / 3);
  });
});
