/** Curves as a plot takes them: one column of abscissas, and for each curve its values and their moving average. */

import type { IChartState } from './models/charts';
import type { ICurve } from './models/curves';

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
 * One curve. Values that aren't finite are gaps, and so is what has no logarithm on a logarithmic axis; `x` is
 * a step, seconds since the first point, or seconds since 1970.
 */
export function tableOf(curve: ICurve, state: Readonly<IChartState>): ITable {
  const { times } = curve;
  const first = times?.[0] ?? 0;
  const at = (index: number): number => {
    const time = times?.[index] ?? 0;
    return state.x === 'step' || times === undefined
      ? (curve.steps[index] ?? index)
      : state.x === 'relative'
        ? (time - first) / 1000
        : time / 1000;
  };
  const x: number[] = [];
  const raw: (number | null)[] = [];
  curve.values.forEach((value, index) => {
    const place = at(index);
    const before = x[x.length - 1];
    if ((state.logX && place <= 0) || (before !== undefined && place < before)) {
      return;
    }
    x.push(place);
    raw.push(Number.isFinite(value) && (!state.logY || value > 0) ? value : null);
  });
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
