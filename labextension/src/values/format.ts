/**
 * Numbers, times and sizes as a person reads them.
 *
 * A number never gets a digit that it hasn't got: what is exact is shown exactly, what is shorter is rounded
 * correctly, and nothing is rounded until it reads as a whole number (0.9999 is not 1.000). What would take too many digits
 * for that says that it is about so much. Numbers in a column line up by blanks as wide as a digit, not by zeros.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Scalar } from '../core/tokens';

const MINUS = '\u2212';
const ABOUT = '≈';
/** As wide as a digit, and as a point. */
const DIGIT_SPACE = '\u2007';
const POINT_SPACE = '\u2008';
const LEAST_DIGITS = 4;
const MOST_DIGITS = 17;
/** What takes more digits not to read as a whole number is said to be about one. */
const PATIENCE = 10;
/** A whole number that JavaScript can't hold travels as its digits. */
const LONG_INTEGER = /^-?\d{16,}$/;

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
      return typeof value === 'string' && LONG_INTEGER.test(value) ? Number(value) : null;
  }
}

/** One number to at least `digits` significant digits, if it has as many; integers in full. */
export function formatNumber(value: number, digits = LEAST_DIGITS): string {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '∞' : `${MINUS}∞`;
  }
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (isWhole(value)) {
    return sign + group(String(size));
  }
  for (let shown = digits; shown <= Math.max(digits, PATIENCE); shown += 1) {
    const text = rounded(size, shown);
    if (significant(size) <= shown || !/^\d+(\.0*)?(e|$)/.test(text)) {
      return sign + pretty(text);
    }
  }
  return ABOUT + sign + pretty(rounded(size, digits).replace(/\.0*(?=e|$)/, ''));
}

/** The shortest text for the number rounded to so many significant digits, or exactly where it has no more. */
function rounded(size: number, digits: number): string {
  const exponential = size >= 1e7 || size < 1e-4;
  const power = Number(size.toExponential().split('e')[1]);
  const shown = Math.min(digits, significant(size));
  return exponential
    ? size.toExponential(shown - 1).replace('e+', 'e')
    : size.toFixed(Math.min(100, Math.max(0, shown - 1 - power)));
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 1e21;
}

/** With marks between thousands, and a minus that is one. */
function pretty(text: string): string {
  const [number = '', exponent] = text.split('e');
  const [integer = '', fraction] = number.split('.');
  return (
    group(integer) +
    (fraction === undefined ? '' : `.${fraction}`) +
    (exponent === undefined ? '' : `e${exponent.replace('-', MINUS)}`)
  );
}

/**
 * Numbers that stand together, each with as many digits as tell different ones apart, and as many decimals as the
 * others where it has them, so that they line up.
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
  if (texts.some(text => /[e≈]/.test(text))) {
    return texts;
  }
  const decimals = Math.max(0, ...texts.map(decimalsOf));
  return texts.map((text, index) => {
    const value = values[index] ?? null;
    return value === null || !Number.isFinite(value)
      ? text
      : lined(refined(value, text, decimals), decimals);
  });
}

/** The number with up to so many decimals. */
function refined(value: number, text: string, decimals: number): string {
  const missing = decimals - decimalsOf(text);
  return missing > 0 && !isWhole(value) ? formatNumber(value, digitsOf(text) + missing) : text;
}

/** The text with blanks where the others have further decimals. */
function lined(text: string, decimals: number): string {
  const own = decimalsOf(text);
  return decimals <= own
    ? text
    : text + (own === 0 ? POINT_SPACE : '') + DIGIT_SPACE.repeat(decimals - own);
}

function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

function digitsOf(text: string): number {
  return text.replace(/\D/g, '').replace(/^0+/, '').length;
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
  // Subtraction leaves digits behind that neither number had.
  return (change > 0 ? '+' : '') + formatNumber(Number(change.toPrecision(12)), 2);
}

/** A parameter's or any other value. */
export function formatScalar(value: Scalar | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  const number = toNumber(value);
  return number === null || (typeof value === 'string' && LONG_INTEGER.test(value))
    ? String(value)
    : formatNumber(number, MOST_DIGITS);
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
