/** Axes of a plot over runs: where a value stands on one, and which marks it has. */

import { formatNumber, formatScalar, toNumber } from './format';
import { direction } from './metrics';
import { type IColumn, valueOf } from './runcolumns';
import type { IRunRow, Scalar } from '../core/tokens';

export interface IAxis {
  column: IColumn;
  /** The words that stand on it, where its values aren't numbers. */
  words: readonly string[] | null;
  /** Values that span decades stand by their logarithms. */
  log: boolean;
  low: number;
  high: number;
}

export interface IMark {
  /** From 0, the low end, to 1. */
  at: number;
  text: string;
}

const MOST_WORDS = 24;
const DECADES = 2;

/** The axis of a column over these runs; null where there is nothing to put on it. */
export function axisOf(rows: readonly IRunRow[], column: IColumn): IAxis | null {
  const values = rows.map(row => valueOf(row, column)).filter(value => value !== null);
  const numbers = values.map(value => toNumber(value));
  if (numbers.every(number => number !== null)) {
    const finite = numbers.filter(number => Number.isFinite(number));
    return finite.length === 0 ? null : numericAxis(column, finite);
  }
  const words = [...new Set(values.map(String))].sort().slice(0, MOST_WORDS);
  return { column, words, log: false, low: -0.5, high: words.length - 0.5 };
}

function numericAxis(column: IColumn, values: readonly number[]): IAxis {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const log = low > 0 && Math.log10(high / low) >= DECADES;
  if (low === high) {
    const room = Math.abs(low) || 1;
    return { column, words: null, log: false, low: low - room, high: high + room };
  }
  return { column, words: null, log, low, high };
}

/** Where a value stands, from 0 to 1; null where it has no place. */
export function positionOf(axis: IAxis, value: Scalar): number | null {
  if (axis.words !== null) {
    const place = value === null ? -1 : axis.words.indexOf(String(value));
    return place < 0 ? null : share(axis, place);
  }
  const number = toNumber(value);
  return number === null || !Number.isFinite(number) ? null : share(axis, number);
}

/** The number at a place. */
export function valueAt(axis: IAxis, at: number): number {
  const inside = Math.max(0, Math.min(1, at));
  return axis.log
    ? axis.low * (axis.high / axis.low) ** inside
    : axis.low + inside * (axis.high - axis.low);
}

function share({ log, low, high }: IAxis, value: number): number {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/**
 * The number at a place, with as many digits as the axis' span asks for and no more: whether it spans 2019 … 2022 or
 * 0.99912 … 0.99934. A lower end is rounded down and an upper one up, so that what was brushed is inside.
 */
export function boundAt(axis: IAxis, at: number, end: 'low' | 'high'): number {
  const value = valueAt(axis, at);
  const fineness = axis.log
    ? Math.floor(Math.log10(value)) - 3
    : Math.floor(Math.log10((axis.high - axis.low) / 1000));
  // A power of ten below one has no exact double; its inverse has.
  const scale = 10 ** Math.abs(fineness);
  const steps = fineness < 0 ? value * scale : value / scale;
  const near = Math.round(steps);
  const whole =
    Math.abs(steps - near) < 1e-6 ? near : end === 'low' ? Math.floor(steps) : Math.ceil(steps);
  return fineness < 0 ? whole / scale : whole * scale;
}

/** Words, or round numbers: some `count` of them. */
export function marksOf(axis: IAxis, count: number): IMark[] {
  if (axis.words !== null) {
    const every = Math.ceil(axis.words.length / Math.max(1, count * 2));
    return axis.words
      .map((text, place) => ({ at: share(axis, place), text }))
      .filter((_, place) => place % every === 0);
  }
  const values = axis.log ? decades(axis, count) : round(axis, count);
  return values.map(value => ({ at: share(axis, value), text: shortest(value) }));
}

function decades({ low, high }: IAxis, count: number): number[] {
  const from = Math.ceil(Math.log10(low) - 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.max(1, Math.ceil((to - from + 1) / count));
  const found: number[] = [];
  for (let power = from; power <= to; power += step) {
    found.push(Number(`1e${power}`));
  }
  return found.length > 1 ? found : [low, high];
}

function round({ low, high }: IAxis, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power;
  const found: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step) {
    found.push(Number(value.toPrecision(12)));
  }
  return found;
}

function shortest(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e5)
    ? value.toExponential().replace('e+', 'e').replace('-', '−')
    : Number.isInteger(value)
      ? formatNumber(value)
      : formatScalar(Number(value.toPrecision(12)));
}

/** How good a value is, from 0 to 1, by what the metric's name says; where it says nothing, higher is more. */
export function goodness(axis: IAxis, value: Scalar): number | null {
  const at = positionOf(axis, value);
  return at === null ? null : direction(axis.column.name) < 0 ? 1 - at : at;
}
