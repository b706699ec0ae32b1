/** Numbers, times and sizes as a person reads them. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Scalar } from './tokens';

const MINUS = '\u2212';
const LEAST_DIGITS = 3;
const MOST_DIGITS = 17;

/** The number that a JSON value stands for; null where it is none. */
export function toNumber(value: Scalar | undefined): number | null {
  if (typeof value === 'number') {
    return value;
  }
  switch (value) {
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return null;
  }
}

/** One number to `digits` significant digits, zeros at the end included; integers in full. */
export function formatNumber(value: number, digits = LEAST_DIGITS): string {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '∞' : `${MINUS}∞`;
  }
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (Number.isInteger(value) && size < 1e15) {
    return sign + group(String(size));
  }
  if (size >= 1e7 || size < 1e-4) {
    const [mantissa = '', exponent = ''] = size.toExponential(digits - 1).split('e');
    return `${sign}${mantissa}e${exponent.replace('+', '').replace('-', MINUS)}`;
  }
  const whole = Math.max(1, Math.floor(Math.log10(size)) + 1);
  const leadingZeros = size < 1 ? Math.max(0, -Math.floor(Math.log10(size)) - 1) : 0;
  const decimals = size < 1 ? digits + leadingZeros : Math.max(0, digits - whole);
  const [integer = '', fraction] = size.toFixed(Math.min(20, decimals)).split('.');
  return sign + group(integer) + (fraction === undefined ? '' : `.${fraction}`);
}

/**
 * Numbers that stand together, each with as many digits as tell different ones apart, and equally many
 * decimals, so that they line up.
 */
export function formatTogether(values: readonly (number | null)[]): string[] {
  const numbers = values.filter((value): value is number => value !== null);
  const distinct = new Set(numbers.map(value => (Number.isNaN(value) ? 'NaN' : value))).size;
  let digits = LEAST_DIGITS;
  while (
    digits < MOST_DIGITS &&
    new Set(numbers.map(value => formatNumber(value, digits))).size < distinct
  ) {
    digits += 1;
  }
  const texts = values.map(value => (value === null ? '' : formatNumber(value, digits)));
  if (texts.some(text => text.includes('e'))) {
    return texts;
  }
  return aligned(texts, values);
}

/** The marks of an axis, exactly, with equally many decimals. */
export function formatTicks(values: readonly number[]): string[] {
  const texts = values.map(value => formatScalar(Number(value.toPrecision(10))));
  return texts.some(text => text.includes('e')) ? texts : aligned(texts, values);
}

/** A difference with its sign, short. */
export function formatChange(value: number, previous: number): string {
  if (Object.is(value, previous) || value === previous) {
    return '±0';
  }
  const change = value - previous;
  if (!Number.isFinite(change)) {
    return '';
  }
  return (change > 0 ? '+' : '') + trim(formatNumber(Number(change.toPrecision(2)), 2));
}

/** A parameter's or any other value. */
export function formatScalar(value: Scalar | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  const number = toNumber(value);
  if (number === null) {
    return String(value);
  }
  return Number.isFinite(number) && !Number.isInteger(number)
    ? formatNumber(number, significant(number))
    : formatNumber(number);
}

/** A span of time. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) {
    return '';
  }
  if (seconds < 0.9995) {
    return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  }
  if (seconds < 59.95) {
    return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} d`;
}

/** How long ago, from a time in ISO 8601. */
export function formatAge(iso: string, now: number, trans: TranslationBundle): string {
  const then = Date.parse(iso);
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 45) {
    return trans.__('now');
  }
  if (seconds < 45 * 60) {
    return trans.__('%1 min ago', Math.max(1, Math.round(seconds / 60)));
  }
  if (seconds < 22 * 3600) {
    return trans.__('%1 h ago', Math.max(1, Math.round(seconds / 3600)));
  }
  if (seconds < 6.5 * 86400) {
    return trans.__('%1 d ago', Math.max(1, Math.round(seconds / 86400)));
  }
  const date = new Date(then);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString(undefined, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' })
  });
}

/** A moment, in full, for titles. */
export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

export function formatBytes(bytes: number | null): string {
  if (bytes === null) {
    return '';
  }
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

export function formatCount(count: number): string {
  return formatNumber(count);
}

/** The part of a digest that people compare by eye. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 8);
}

/** What a dotted name ends in: `n_estimators` of `GradientBoostingClassifier.n_estimators`. */
export function lastPart(name: string): string {
  return /^[\w.]+$/.test(name) ? name.slice(name.lastIndexOf('.') + 1) : name;
}

/** Digits that say a number exactly, as its author wrote it. */
function significant(value: number): number {
  const digits = String(Math.abs(value)).replace(/e.*$/, '').replace('.', '').replace(/^0+/, '');
  return Math.min(MOST_DIGITS, Math.max(1, digits.length));
}

function group(digits: string): string {
  return digits.length > 3 ? digits.replace(/\B(?=(\d{3})+$)/g, ',') : digits;
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function aligned(texts: readonly string[], values: readonly (number | null)[]): string[] {
  const decimals = Math.max(0, ...texts.map(text => text.split('.')[1]?.length ?? 0));
  return texts.map((text, index) => pad(text, values[index] ?? null, decimals));
}

function pad(text: string, value: number | null, decimals: number): string {
  if (value === null || !Number.isFinite(value) || decimals === 0) {
    return text;
  }
  const [integer = '', fraction = ''] = text.split('.');
  return `${integer}.${fraction.padEnd(decimals, '0')}`;
}
