import { describe, expect, it } from 'vitest';
import type { IChartState } from '../src/core/charts';
import { alone, plotOptions } from '../src/ui/plotoptions';
import { smoothed, tableOf } from '../src/values/plotdata';

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

describe('a loop that began anew', () => {
  const again = {
    steps: [0, 1, 2, 0, 1, 2, 3],
    times: [1, 2, 3, 4, 5, 6, 7].map(second => second * 1000),
    values: [7, 6, 5, 4, 3, 2, 1]
  };

  it('has all its points, from left to right, by step and by time', () => {
    expect(tableOf(again, plain).x).toEqual([0, 0, 1, 1, 2, 2, 3]);
    const sorted = [0, 3, 1, 4, 2, 5, 6]; // as the server sends it: by step
    const pick = (values: number[]): number[] => sorted.map(place => values[place] ?? 0);
    const byStep = {
      steps: pick(again.steps),
      times: pick(again.times),
      values: pick(again.values)
    };
    const table = tableOf(byStep, { ...plain, x: 'relative' });
    expect(table.x).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(table.raw).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });
});

describe('a stretch of NaN', () => {
  const options = plotOptions(
    document.body,
    [{ label: 'loss', curve, color: 'red' }],
    plain,
    { width: 300, height: 100, sync: 'x' },
    () => undefined
  );

  it('is not bridged', () => expect(options.series[1]?.spanGaps).toBe(false));
  it('leaves a point between two gaps to be seen', () => {
    expect(alone([null, 1, null, 2, 3, null, undefined, 4, undefined])).toEqual([1, 7]);
    expect(alone([1, undefined, 2])).toEqual([]);
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
