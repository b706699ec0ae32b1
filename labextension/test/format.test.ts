import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatChange,
  formatDuration,
  formatNumber,
  formatScalar,
  formatTicks,
  formatTogether,
  lastPart,
  toNumber
} from '../src/format';

describe('formatNumber', () => {
  it.each([
    [0.93412, '0.934'],
    [0.93, '0.930'],
    [12.3456, '12.3'],
    [1234.5, '1,235'],
    [1208, '1,208'],
    [0.000123456, '0.000123'],
    [0.0000123, '1.23e−5'],
    [123456789.5, '1.23e8'],
    [-0.5, '−0.500'],
    [0, '0']
  ])('shows %d in three digits that matter, as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('names what is not a number', () => {
    expect([NaN, Infinity, -Infinity].map(value => formatNumber(value))).toEqual([
      'NaN',
      '∞',
      '−∞'
    ]);
  });
});

describe('formatTogether', () => {
  it('gives as many digits as tell different numbers apart', () => {
    expect(formatTogether([0.93411, 0.93412])).toEqual(['0.93411', '0.93412']);
  });

  it('gives no more digits than that, and equally many decimals', () => {
    expect(formatTogether([0.9, 0.95, 1])).toEqual(['0.900', '0.950', '1.000']);
  });

  it('leaves a gap where there is no number', () => {
    expect(formatTogether([null, 0.5])).toEqual(['', '0.500']);
  });

  it('does not look for digits that tell equal numbers apart', () => {
    expect(formatTogether([0.123456789, 0.123456789])).toEqual(['0.123', '0.123']);
  });

  it('takes NaN for equal to itself', () => {
    expect(formatTogether([NaN, NaN, 1.5])).toEqual(['NaN', 'NaN', '1.50']);
  });
});

it('says a change with its sign, in short', () => {
  expect(formatChange(0.934, 0.922)).toBe('+0.012');
  expect(formatChange(0.922, 0.934)).toBe('−0.012');
  expect(formatChange(0.3, 0.1 + 0.2)).not.toBe('±0');
  expect(formatChange(1, 1)).toBe('±0');
});

it('shows a parameter as its author wrote it', () => {
  expect([0.05, 1e-5, 300, true, 'rbf', null].map(value => formatScalar(value))).toEqual([
    '0.05',
    '1e−5',
    '300',
    'true',
    'rbf',
    '–'
  ]);
});

it('reads the numbers that JSON cannot hold', () => {
  expect(toNumber('NaN')).toBeNaN();
  expect(toNumber('-Infinity')).toBe(-Infinity);
  expect(toNumber('0.5')).toBeNull();
});

it.each([
  [0.0004, '1 ms'],
  [0.24, '240 ms'],
  [3.14, '3.1 s'],
  [42.2, '42 s'],
  [59.99, '1 min 0 s'],
  [125, '2 min 5 s'],
  [3600, '1 h 0 min'],
  [200_000, '2 d']
])('says %d seconds as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it.each([
  [5, 'now'],
  [120, '2 min ago'],
  [7200, '2 h ago'],
  [3 * 86400, '3 d ago']
])('says that something is %d seconds old as %s', (seconds, text) => {
  const now = Date.UTC(2026, 9, 25);
  const then = new Date(now - seconds * 1000).toISOString();
  expect(formatAge(then, now, nullTranslator.load('mlnb'))).toBe(text);
});

it('says sizes in powers of a thousand', () => {
  expect([12, 1500, 977501, 5_000_000_000].map(formatBytes)).toEqual([
    '12 B',
    '1.5 kB',
    '978 kB',
    '5.0 GB'
  ]);
});

it('marks an axis exactly', () => {
  expect(formatTicks([0, 2.5, 5])).toEqual(['0.0', '2.5', '5.0']);
  expect(formatTicks([0.7, 0.8, 0.7 + 0.2])).toEqual(['0.7', '0.8', '0.9']);
  expect(formatTicks([0, 1000, 2000])).toEqual(['0', '1,000', '2,000']);
});

it('shortens a dotted name to its end, and leaves an expression as it is', () => {
  expect(lastPart('GradientBoostingClassifier.n_estimators')).toBe('n_estimators');
  expect(lastPart('score(y, p.mean())')).toBe('score(y, p.mean())');
});
