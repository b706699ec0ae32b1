/** Curves as a plot takes them: one column of abscissas, and for each curve its values and their moving average. */

import type { IChartState } from '../core/charts';
import type { ICurve } from '../core/curves';

export interface ISeries {
  label: string;
  curve: ICurve;
  /** A CSS colour, which may be a variable. */
  color: string;
  dash?: readonly number[];
  faint?: boolean;
}

export interface ITable {
  x: number[];
  raw: (number | null)[];
  /** Null where nothing is smoothed. */
  smooth: (number | null)[] | null;
}

/**
 * One curve, from left to right, with all its points: where a loop began anew, steps and times don't rise together. Values
 * that aren't finite are gaps, and so is what has no logarithm on a logarithmic axis; `x` is a step, seconds since
 * the first point, or seconds since 1970.
 */
export function tableOf(curve: ICurve, state: Readonly<IChartState>): ITable {
  const { times } = curve;
  const first = times?.reduce((least, time) => Math.min(least, time), Infinity) ?? 0;
  const at = (index: number): number => {
    const time = times?.[index] ?? 0;
    return state.x === 'step' || times === undefined
      ? (curve.steps[index] ?? index)
      : state.x === 'relative'
        ? (time - first) / 1000
        : time / 1000;
  };
  const points = curve.values
    .map((value, index) => ({ value, place: at(index) }))
    .filter(({ place }) => !state.logX || place > 0)
    .sort((a, b) => a.place - b.place);
  const x = points.map(({ place }) => place);
  const raw = points.map(({ value }) =>
    Number.isFinite(value) && (!state.logY || value > 0) ? value : null
  );
  return { x, raw, smooth: state.smoothing > 0 ? smoothed(raw, state.smoothing) : null };
}

/**
 * The exponential moving average, without its bias towards zero at the beginning (Kingma and Ba 2015, §3).
 * `weight`, from 0 to 1, is that of what came before.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  let mean = 0;
  let seen = 0;
  return values.map(value => {
    if (value === null) {
      return null;
    }
    seen += 1;
    mean = weight * mean + (1 - weight) * value;
    return mean / (1 - weight ** seen);
  });
}
