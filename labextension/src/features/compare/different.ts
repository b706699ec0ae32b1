/** What differs between runs, said in one line each. */

import { apart } from '../../values/doubled';
import { formatScalar } from '../../values/format';
import type { IComparison } from '../../core/tokens';

export type Part = 'params' | 'data' | 'code' | 'environment';

export interface IDifference {
  part: Part;
  name: string;
  /** One text a run, where the values can be said in a word. */
  values?: string[];
  /** Else what changed: columns of data, lines of code. */
  columns?: string[];
  lines?: number;
  /** Of a cell, its first line. */
  title?: string;
}

/** All differences but those of the metrics, which are what came of them. */
export function differences(comparison: IComparison): IDifference[] {
  const { params, data, code, environment } = comparison;
  return [
    ...apart(params)
      .told.filter(row => row.differs)
      .map(({ name, values }): IDifference => ({
        part: 'params',
        name,
        values: values.map(value => formatScalar(value))
      })),
    ...data
      .filter(row => row.differs)
      .map(({ name, changed_columns }): IDifference => ({
        part: 'data',
        name,
        columns: changed_columns
      })),
    ...code
      .filter(row => row.differs)
      .map(({ cell_id, sources }): IDifference => ({
        part: 'code',
        name: cell_id ?? '',
        title: firstLine(sources),
        lines: Math.max(...sources.map(source => changedLines(sources[0] ?? '', source ?? '')))
      })),
    ...environment
      .filter(row => row.differs)
      .map(({ name, values }): IDifference => ({
        part: 'environment',
        name,
        values: values.map(value => value ?? '–')
      }))
  ];
}

/** The first line of a cell that says something; magics and comments say little. */
function firstLine(sources: readonly (string | null)[]): string {
  const lines = (sources.find(source => source !== null) ?? '')
    .split('\n')
    .map(line => line.trim());
  return lines.find(line => line !== '' && !/^[%#]/.test(line)) ?? lines[0] ?? '';
}

/** How many lines an edit from one text to the other touches. */
export function changedLines(before: string, after: string): number {
  if (before === after) {
    return 0;
  }
  const a = before.split('\n');
  const b = after.split('\n');
  const kept = longestCommon(a, b);
  return Math.max(a.length, b.length) - kept;
}

/** Length of the longest sequence of lines that both have in the same order. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let above = new Array<number>(b.length + 1).fill(0);
  for (const line of a) {
    const row = [0];
    b.forEach((other, index) => {
      row.push(
        line === other ? (above[index] ?? 0) + 1 : Math.max(above[index + 1] ?? 0, row[index] ?? 0)
      );
    });
    above = row;
  }
  return above[b.length] ?? 0;
}
