/**
 * How much a parameter has to do with a metric, by ranks.
 *
 * For numbers it is Spearman's ρ: the correlation of the two orders, from −1 to 1 (Spearman 1904). Ranks see
 * any rising or falling relation, whatever the scale (learning rates span decades), and no outlier weighs more
 * than its place. For words there is no order, so it is the correlation ratio η of the metric's ranks, from 0 to
 * 1: how much of their spread lies between the words (the effect size of the Kruskal–Wallis test).
 */

import { toNumber } from './format';
import { type IColumn, valueOf } from './runcolumns';
import type { IRunRow } from './tokens';

export interface IImportance {
  column: IColumn;
  /** ρ, or η where the parameter's values are words. */
  strength: number;
  ordered: boolean;
  /** How many runs have both. */
  runs: number;
  /** So strong a relation is rare among so many runs if there were none (about one in twenty). */
  clear: boolean;
}

const FEWEST = 4;
const MOST_WORDS = 12;

/** Places in ascending order from 1; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index);
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const found = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) {
      to += 1;
    }
    for (let place = from; place <= to; place += 1) {
      found[order[place] ?? 0] = (from + to) / 2 + 1;
    }
    from = to + 1;
  }
  return found;
}

/** Spearman's ρ of numbers in pairs; null where one side doesn't vary. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number | null {
  const [a, b] = [ranks(x), ranks(y)];
  const mean = (x.length + 1) / 2;
  let [covariance, left, right] = [0, 0, 0];
  a.forEach((rank, index) => {
    const other = b[index] ?? 0;
    covariance += (rank - mean) * (other - mean);
    left += (rank - mean) ** 2;
    right += (other - mean) ** 2;
  });
  return left === 0 || right === 0 ? null : covariance / Math.sqrt(left * right);
}

/** η of the ranks of `y` among the words; null where they don't vary. */
export function rankRatio(words: readonly string[], y: readonly number[]): number | null {
  const places = ranks(y);
  const mean = (y.length + 1) / 2;
  const groups = new Map<string, number[]>();
  words.forEach((word, index) => {
    const group = groups.get(word) ?? [];
    group.push(places[index] ?? 0);
    groups.set(word, group);
  });
  const whole = sum(places.map(place => (place - mean) ** 2));
  const between = sum(
    [...groups.values()].map(group => group.length * (sum(group) / group.length - mean) ** 2)
  );
  return groups.size < 2 || whole === 0 ? null : Math.sqrt(between / whole);
}

/** The parameters by their strength, the strongest first. */
export function importances(
  rows: readonly IRunRow[],
  params: readonly IColumn[],
  metric: IColumn
): IImportance[] {
  return params
    .map(column => importance(rows, column, metric))
    .filter((found): found is IImportance => found !== null)
    .sort((a, b) => Math.abs(b.strength) - Math.abs(a.strength));
}

function importance(
  rows: readonly IRunRow[],
  column: IColumn,
  metric: IColumn
): IImportance | null {
  const pairs = rows.flatMap(row => {
    const x = valueOf(row, column);
    const y = toNumber(valueOf(row, metric));
    return x === null || y === null || Number.isNaN(y) ? [] : [{ x, y }];
  });
  const y = pairs.map(pair => pair.y);
  const numbers = pairs.map(({ x }) => toNumber(x));
  const ordered = numbers.every(number => number !== null && !Number.isNaN(number));
  const words = pairs.map(({ x }) => String(x));
  const different = new Set(words).size;
  if (pairs.length < FEWEST || (!ordered && different > Math.min(MOST_WORDS, pairs.length / 2))) {
    return null;
  }
  const strength = ordered ? rankCorrelation(numbers as number[], y) : rankRatio(words, y);
  if (strength === null) {
    return null;
  }
  // ρ·√(n−1) is about normal; (n−1)·η² is about χ² with one degree of freedom less than there are words.
  const weight = (pairs.length - 1) * strength ** 2;
  const clear = weight > (ordered ? 3.84 : chiSquare95(different - 1));
  return { column, strength, ordered, runs: pairs.length, clear };
}

/** The 95th percentile of χ², by Wilson and Hilferty's cube (1931): within 2 % from one degree on. */
function chiSquare95(freedom: number): number {
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + 1.645 * Math.sqrt(part)) ** 3;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
