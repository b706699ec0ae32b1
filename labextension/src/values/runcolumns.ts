/** The columns of the table of runs: which there are, which are shown, and what stands in their cells. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { quoted } from './completion';
import {
  formatDuration,
  formatScalar,
  formatTime,
  formatTogether,
  lastPart,
  shortDigest,
  toNumber
} from './format';
import { direction } from './metrics';
import type { IColumnInfo, IRunRow, Scalar } from '../core/tokens';

export type Group = IColumnInfo['group'];

export interface IColumn extends IColumnInfo {
  key: string;
  /** How a query names it; null where a query can't. */
  field: string | null;
}

export const GROUPS: readonly Group[] = ['params', 'metrics', 'data', 'run', 'tags'];
const FEW: Record<Group, number> = { params: 8, metrics: 12, data: 4, run: 12, tags: 6 };
/** In the weight of the best value, and of the head that is sorted by. */
const DIGIT_PX = 8.6;
const LETTER_PX = 8;
const ROOM_PX = 28;
/** Facts of every run, of which the server tells nothing more. */
const ATTRIBUTES: readonly [string, boolean][] = [
  ['duration_s', true],
  ['started_at', false],
  ['notebook', false],
  ['user', false],
  ['note', false]
];
const BY_DEFAULT = new Set(['run.experiment', 'run.duration_s', 'run.started_at']);

/** All columns in their order: by group, within one what most runs have first, and names of their own before an
 * estimator's. */
export function columnsOf(infos: readonly IColumnInfo[], total: number): IColumn[] {
  const attributes = ATTRIBUTES.map(([name, numeric]): IColumnInfo => ({
    group: 'run',
    name,
    runs: total,
    constant: false,
    value: null,
    numeric,
    least: null,
    greatest: null,
    repeats: null
  }));
  const all = [...infos, ...attributes].map(info => ({
    ...info,
    key: `${info.group}.${info.name}`,
    field: fieldOf(info)
  }));
  const owned = (column: IColumn): number => Number(/^[\w.]+\./.test(column.name));
  const fullest = all.sort((a, b) =>
    a.group === 'run' ? 0 : b.runs - a.runs || owned(a) - owned(b)
  );
  return GROUPS.flatMap(group => fullest.filter(column => column.group === group));
}

/** Columns of parameters and metrics as these runs have them, where the server wasn't asked. */
export function columnsAmong(rows: readonly IRunRow[]): IColumn[] {
  const infos = (['params', 'metrics'] as const).flatMap(group =>
    [...new Set(rows.flatMap(row => Object.keys(row[group])))].sort().map((name): IColumnInfo => {
      const values = rows.map(row => row[group][name] ?? null).filter(value => value !== null);
      return {
        group,
        name,
        runs: values.length,
        constant: false,
        value: values[0] ?? null,
        numeric: values.every(value => toNumber(value) !== null),
        least: null,
        greatest: null,
        repeats: null
      };
    })
  );
  return columnsOf(infos, rows.length).filter(({ group }) => group !== 'run');
}

/** How wide a column wants to be, by its name and what stands in it. */
export function naturalWidth(rows: readonly IRunRow[], column: IColumn): number {
  const texts = textsOf(rows, column);
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 0);
  const last = column.group === 'params' ? lastPart(column.name) : column.name;
  // What stands before the last part needs room for a letter and an ellipsis.
  const name = Math.min(18, last.length) + (last === column.name ? 1 : 6);
  const wanted = Math.max(name * LETTER_PX, longest * (column.numeric ? DIGIT_PX : LETTER_PX));
  return Math.round(Math.max(56, Math.min(240, wanted + ROOM_PX)) / 4) * 4;
}

/** What is shown until somebody chooses: what differs, of each group the most common. */
export function usual(columns: readonly IColumn[]): Set<string> {
  const shown = new Set<string>();
  for (const group of GROUPS) {
    columns
      .filter(
        column =>
          column.group === group &&
          !column.constant &&
          column.repeats === null &&
          (group !== 'run' || BY_DEFAULT.has(column.key))
      )
      .sort((a, b) => b.runs - a.runs)
      .slice(0, FEW[group])
      .forEach(({ key }) => shown.add(key));
  }
  return shown;
}

export function valueOf(row: IRunRow, { group, name }: IColumn): Scalar {
  switch (group) {
    case 'params':
      return row.params[name] ?? null;
    case 'metrics':
      return row.metrics[name] ?? null;
    case 'tags':
      return row.tags[name] ?? null;
    case 'data':
      return row.data?.[name] ?? null;
    case 'run':
      return (row as unknown as Record<string, Scalar>)[name] ?? null;
  }
}

/** The texts of a column for rows that stand together. */
export function textsOf(rows: readonly IRunRow[], column: IColumn): string[] {
  const values = rows.map(row => valueOf(row, column));
  if (column.group === 'metrics') {
    return formatTogether(values.map(value => toNumber(value)));
  }
  return values.map(value => (value === null ? '' : textOf(value, column)));
}

/** A column's name as people read it. */
export function labelOf(column: IColumnInfo, trans: TranslationBundle): string {
  if (column.group === 'run') {
    const known: Record<string, string> = {
      experiment: trans.__('experiment'),
      kind: trans.__('kind'),
      status: trans.__('status'),
      duration_s: trans.__('duration'),
      started_at: trans.__('started'),
      notebook: trans.__('notebook'),
      user: trans.__('user'),
      note: trans.__('note')
    };
    return known[column.name] ?? column.name;
  }
  return column.name;
}

/** The best value that the column has in any run; null where its name doesn't say which is good. */
export function bestOf(column: IColumn): number | null {
  const sign = column.group === 'metrics' && !column.constant ? direction(column.name) : 0;
  return sign === 0 ? null : toNumber(sign > 0 ? column.greatest : column.least);
}

/** Runs as comma-separated values, with their names and ids, unrounded. */
export function toCsv(rows: readonly IRunRow[], columns: readonly IColumn[]): string {
  const cell = (value: Scalar): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const head = ['run_id', 'name', 'status', ...columns.map(({ key }) => key)];
  const lines = rows.map(row => [
    row.run_id,
    row.name,
    row.status,
    ...columns.map(column => valueOf(row, column))
  ]);
  return [head, ...lines].map(line => line.map(cell).join(',')).join('\r\n') + '\r\n';
}

function textOf(value: Exclude<Scalar, null>, { group, name }: IColumn): string {
  if (group === 'data') {
    return shortDigest(String(value));
  }
  if (group === 'run' && name === 'duration_s') {
    return formatDuration(Number(value));
  }
  if (group === 'run' && name === 'started_at') {
    return formatTime(String(value));
  }
  return formatScalar(value);
}

function fieldOf({ group, name }: IColumnInfo): string | null {
  return group === 'data' ? null : group === 'run' ? name : `${group}.${quoted(name)}`;
}
