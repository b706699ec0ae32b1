/**
 * How much a parameter has to do with a metric, by ranks.
 *
 * Ranks don't ask for the scale (learning rates span decades), and no outlier weighs more than its place. Two measures
 * look at them. Spearman's ρ, the correlation of the two orders (Spearman 1904), sees what rises or falls throughout. The
 * correlation ratio ε, from 0 to 1, sees any relation, also one with its best in the middle: how much of the spread of
 * the metric's ranks lies between groups of runs, without what chance alone puts there (Kelley 1935). The groups are
 * the parameter's words, or stretches of its numbers. Of a number the stronger of the two is told.
 */

import { toNumber } from './format';
import { type IColumn, valueOf } from './runcolumns';
import type { IRunRow } from '../core/tokens';

export interface IImportance {
  column: IColumn;
  /** From 0 to 1. */
  strength: number;
  /** What the metric does as the parameter rises; words don't rise. */
  shape: 'rises' | 'falls' | 'bends' | 'words';
  /** How many runs have both. */
  runs: number;
  /** So strong a relation is rare among so many runs if there were none (about one in twenty). */
  clear: boolean;
}

const FEWEST = 4;
const MOST_WORDS = 12;
/** Runs in a stretch of a parameter's numbers, and stretches. */
const TOGETHER = 3;
const MOST_STRETCHES = 8;
/** A bend has to say this much more than a straight line to be one. */
const MORE = 0.1;

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

/** η of the ranks of `y` among the groups that the words name; null where they don't vary. */
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

/** η without what chance alone would put between so many groups. */
export function withoutChance(eta: number, runs: number, groups: number): number {
  return runs <= groups
    ? 0
    : Math.sqrt(Math.max(0, 1 - ((1 - eta ** 2) * (runs - 1)) / (runs - groups)));
}

/** Names of the stretches of about equally many runs in which the numbers lie; equal numbers lie in one. */
export function stretches(values: readonly number[]): string[] {
  const distinct = new Set(values).size;
  const count = Math.min(MOST_STRETCHES, Math.floor(values.length / TOGETHER));
  if (distinct <= count) {
    return values.map(String);
  }
  return ranks(values).map(rank => String(Math.floor(((rank - 0.5) / values.length) * count)));
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
    .sort((a, b) => b.strength - a.strength);
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
  const grouped = ordered ? stretches(numbers as number[]) : words;
  const bent = ratio(grouped, y);
  const runs = pairs.length;
  if (!ordered) {
    return bent && { column, ...bent, shape: 'words', runs };
  }
  const rho = rankCorrelation(numbers as number[], y);
  if (rho === null) {
    return null;
  }
  const straight = Math.abs(rho);
  if (bent?.clear && bent.strength > straight + MORE) {
    return { column, ...bent, shape: 'bends', runs };
  }
  // ρ·√(n−1) is about normal.
  const clear = (runs - 1) * straight ** 2 > 3.84;
  return { column, strength: straight, shape: rho < 0 ? 'falls' : 'rises', runs, clear };
}

/** (n−1)·η² is about χ² with one degree of freedom less than there are groups. */
function ratio(
  groups: readonly string[],
  y: readonly number[]
): Pick<IImportance, 'strength' | 'clear'> | null {
  const eta = rankRatio(groups, y);
  const count = new Set(groups).size;
  return eta === null
    ? null
    : {
        strength: withoutChance(eta, y.length, count),
        clear: (y.length - 1) * eta ** 2 > chiSquare95(count - 1)
      };
}

/** The 95th percentile of χ², by Wilson and Hilferty's cube (1931): within 2 % from one degree on. */
function chiSquare95(freedom: number): number {
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + 1.645 * Math.sqrt(part)) ** 3;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
