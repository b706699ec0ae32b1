/** Columns of one table in several runs: which changed, in what, and their histograms on one scale. */

import { formatNumber, toNumber } from './format';
import type { IColumnProfile, IDataset, Scalar } from '../core/tokens';

export interface IColumnChange {
  name: string;
  type: string;
  /** The column in each run; null where its table lacks it. */
  profiles: readonly (IColumnProfile | null)[];
  changed: boolean;
}

/** The columns of a table, those that changed first. */
export function columnChanges(
  datasets: readonly (IDataset | null)[],
  changed: ReadonlySet<string>
): IColumnChange[] {
  const names = [...new Set(datasets.flatMap(data => data?.profile.map(({ name }) => name) ?? []))];
  const columns = names.map((name): IColumnChange => {
    const profiles = datasets.map(
      data => data?.profile.find(column => column.name === name) ?? null
    );
    return {
      name,
      type: [...new Set(profiles.flatMap(one => (one === null ? [] : [one.type])))].join(' → '),
      profiles,
      changed: changed.has(name) || profiles.some(one => one === null)
    };
  });
  return [...columns.filter(one => one.changed), ...columns.filter(one => !one.changed)];
}

export const STATISTICS = ['nulls', 'distinct', 'min', 'mean', 'max', 'std'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** A statistic's values in the runs, where they differ. */
export function statisticChange(
  { profiles, type }: IColumnChange,
  statistic: Statistic
): string[] | null {
  const texts = profiles.map(profile => textOf(profile?.[statistic], type));
  return new Set(texts).size < 2 ? null : texts;
}

/** One table holds the bounds of all columns as text, so numbers come as text too. */
function textOf(value: Scalar | undefined, type: string): string {
  const numeric = /int|float|double|decimal/i.test(type);
  const number = toNumber(numeric && typeof value === 'string' ? Number(value) : value);
  return number === null ? String(value ?? '–') : formatNumber(number);
}

export interface IOutline {
  /** Corners of the outline, each from 0 to 1; null where the run has none. */
  points: readonly (readonly [number, number])[];
}

/** The outlines of histograms over one another: shares per width, on one scale. */
export function outlines(profiles: readonly (IColumnProfile | null)[]): (IOutline | null)[] {
  const histograms = profiles.map(profile => profile?.histogram ?? null);
  const labels = [...new Set(histograms.flatMap(one => one?.[0].filter(isText) ?? []))];
  const bars = histograms.map(one => (one === null ? null : barsOf(one, labels)));
  const all = bars.flatMap(some => some ?? []);
  const low = Math.min(...all.map(bar => bar.from));
  const high = Math.max(...all.map(bar => bar.to));
  const tallest = Math.max(...all.map(bar => bar.share / (bar.to - bar.from || 1)));
  const x = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
  return bars.map(some =>
    some === null || some.length === 0
      ? null
      : {
          points: some.flatMap(({ from, to, share }): [number, number][] => {
            const y = share / (to - from || 1) / (tallest || 1);
            return [
              [x(from), y],
              [x(to), y]
            ];
          })
        }
  );
}

interface IBar {
  from: number;
  to: number;
  share: number;
}

function barsOf(
  [edges, counts]: NonNullable<IColumnProfile['histogram']>,
  labels: readonly string[]
): IBar[] {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  if (labels.length > 0) {
    return labels.map((label, place) => ({
      from: place,
      to: place + 1,
      share: (counts[edges.indexOf(label)] ?? 0) / total
    }));
  }
  const numbers = edges.map(Number);
  return counts.map((count, index) => ({
    from: numbers[index] ?? 0,
    to: numbers[index + 1] ?? numbers[index] ?? 0,
    share: count / total
  }));
}

function isText(edge: number | string): edge is string {
  return typeof edge === 'string' && Number.isNaN(Number(edge));
}
