/**
 * Parts of axes that were brushed are conditions of the query: they show as chips, can be typed, are saved
 * with a view, and a condition of the same form that somebody typed shows as a brush.
 */

import { conditions, joined, literal } from './query';

export type Brush =
  { kind: 'range'; low: number | null; high: number | null } | { kind: 'words'; words: string[] };

const NUMBER = '[-+]?[\\d.]+(?:e[-+]?\\d+)?';
const RANGE = new RegExp(`^(\\S+|\\S*".*") (>=|<=) (${NUMBER})$`, 'i');
const WORDS = /^(\S+|\S*".*") in \((.*)\)$/i;

/** The brushed parts by field. */
export function brushesOf(where: string): Map<string, Brush> {
  const found = new Map<string, Brush>();
  for (const condition of conditions(where)) {
    const range = RANGE.exec(condition);
    const words = WORDS.exec(condition);
    if (range !== null) {
      const [, field = '', sign, number = ''] = range;
      const known = found.get(field);
      const { low, high } = known?.kind === 'range' ? known : { low: null, high: null };
      const value = Number(number);
      found.set(
        field,
        sign === '>=' ? { kind: 'range', low: value, high } : { kind: 'range', low, high: value }
      );
    } else if (words !== null) {
      const [, field = '', list = ''] = words;
      found.set(field, {
        kind: 'words',
        words: [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, word = '']) =>
          word.replace(/''/g, "'")
        )
      });
    }
  }
  return found;
}

/** The query with another brush on a field, or with none. */
export function brushed(where: string, field: string, brush: Brush | null): string {
  const rest = conditions(where).filter(condition => fieldOf(condition) !== field);
  return joined([...rest, ...(brush === null ? [] : written(field, brush))]);
}

/** The query without any brush on these fields. */
export function unbrushed(where: string, fields: ReadonlySet<string>): string {
  return joined(conditions(where).filter(condition => !fields.has(fieldOf(condition) ?? '')));
}

function fieldOf(condition: string): string | null {
  return (RANGE.exec(condition) ?? WORDS.exec(condition))?.[1] ?? null;
}

function written(field: string, brush: Brush): string[] {
  if (brush.kind === 'words') {
    return [`${field} in (${brush.words.map(literal).join(', ')})`];
  }
  const { low, high } = brush;
  return [
    ...(low === null ? [] : [`${field} >= ${low}`]),
    ...(high === null ? [] : [`${field} <= ${high}`])
  ];
}
