/** How uPlot is told to draw curves in the theme's colours. */

import type uPlot from 'uplot';
import { formatTicks } from '../values/format';
import type { IChartState } from '../core/charts';
import type { ISeries } from '../values/plotdata';

/** Steps are counted, so their axis is marked at whole numbers. */
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(n => n * 10 ** power)).flat();
// uPlot's kinds of scale are an enum that exists in its declarations only.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const LOGARITHM = { distr: 3, log: 10 } as uPlot.Scale;
/** The curves reach from side to side; by itself uPlot would go on to the next power of ten. */
const LOGARITHM_ACROSS: uPlot.Scale = {
  ...LOGARITHM,
  range: (_, least, greatest) =>
    least < greatest ? [least, greatest] : [least / 2 || 1, greatest * 2 || 10]
};

export function plotOptions(
  parent: HTMLElement,
  series: readonly ISeries[],
  state: Readonly<IChartState>,
  size: { width: number; height: number; sync: string },
  onCursor: (index: number | null) => void
): uPlot.Options {
  const themed = (color: string) => () => resolve(parent, color);
  const font = `11px ${resolve(parent, 'var(--jp-ui-font-family)')}`;
  const axis = (space: number, length: number): uPlot.Axis => ({
    stroke: themed('var(--jp-ui-font-color2)'),
    font,
    space,
    size: length,
    gap: 4,
    grid: { stroke: themed('var(--jp-border-color3)'), width: 1 },
    ticks: { show: false }
  });
  const numbers = { values: (_: uPlot, splits: number[]) => ticks(splits) };
  const across = axis(60, 24);
  const time = state.x === 'time';
  return {
    width: size.width,
    height: size.height,
    padding: [8, 20, 0, 0], // on the right, room for the half of the last label
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false },
      sync: { key: size.sync },
      points: { size: 6 }
    },
    scales: {
      x: { time, ...(state.logX && !time ? LOGARITHM_ACROSS : {}) },
      y: state.logY ? LOGARITHM : {}
    },
    axes: [
      time
        ? across
        : { ...across, ...numbers, ...(state.x === 'step' && !state.logX ? { incrs: WHOLE } : {}) },
      { ...axis(32, 48), ...numbers }
    ],
    series: [{}, ...series.flatMap(one => lines(one, state.smoothing > 0, themed))],
    hooks: { setCursor: [plot => onCursor(plot.cursor.idx ?? null)] }
  };
}

/** A curve; where it is smoothed, thin, and its average over it. */
function lines(
  { label, color, dash, faint }: ISeries,
  smoothing: boolean,
  themed: (color: string) => () => string
): uPlot.Series[] {
  const line: uPlot.Series = {
    label,
    stroke: themed(color),
    width: faint ? 1 : 1.75,
    alpha: faint ? 0.6 : 1,
    dash: dash ? [...dash] : [],
    // What is NaN is a gap; what another curve has at a place of its own isn't.
    spanGaps: false,
    points: {
      show: plot => plot.data[0].length < 3,
      filter: (plot, place) => alone(plot.data[place] ?? [])
    }
  };
  return smoothing ? [{ ...line, width: 1, alpha: faint ? 0.12 : 0.28 }, line] : [line];
}

/** Points that no line leads to, for there are gaps on both sides. */
export function alone(values: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = [];
  let [last, gap] = [-1, true];
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place];
    if (value === undefined) {
      continue; // of another curve
    }
    if (value === null) {
      if (last >= 0 && gap) {
        found.push(last);
      }
      [last, gap] = [-1, true];
    } else {
      gap = last < 0;
      last = place;
    }
  }
  return last >= 0 && gap ? [...found, last] : found;
}

/** uPlot leaves out marks that have no room on a logarithmic axis by passing null for them. */
function ticks(splits: readonly (number | null)[]): (string | null)[] {
  const texts = formatTicks(splits.filter(split => split !== null));
  return splits.map(split => (split === null ? null : (texts.shift() ?? '')));
}

/** A colour that a canvas understands: variables are looked up where the chart stands. */
function resolve(element: HTMLElement, color: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
  return name === undefined ? color : getComputedStyle(element).getPropertyValue(name).trim();
}
