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
} from '../src/values/format';

describe('formatNumber', () => {
  it.each([
    [0.934123, '0.9341'],
    [0.93, '0.93'],
    [12.3456, '12.35'],
    [1234.5, '1,234.5'],
    [1208, '1,208'],
    [0.000123456, '0.0001235'],
    [0.0000123, '1.23e−5'],
    [123456789.5, '1.235e8'],
    [1234567890123456, '1,234,567,890,123,456'],
    [-0.5, '−0.5'],
    [0, '0'],
    [0.9999, '0.9999'],
    [0.99996, '0.99996'],
    [0.9999999999999998, '≈1'],
    [9.99996e-5, '9.99996e−5'],
    [0.1 + 0.2, '0.3000']
  ])('shows %d as %s', (value, text) => {
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
  const together = (values: (number | null)[]): string[] =>
    formatTogether(values).map(text => text.replace(/[\u2007\u2008]/g, '_'));

  it('gives as many digits as tell different numbers apart', () => {
    expect(together([0.934111, 0.934112])).toEqual(['0.934111', '0.934112']);
  });

  it('lines numbers up by blanks, never by digits that they have not got', () => {
    expect(together([0.9, 0.95, 1])).toEqual(['0.9_', '0.95', '1___']);
    expect(together([0.359461, 1.035077, 0.27756])).toEqual(['0.3595', '1.0351', '0.2776']);
  });

  it('gives further decimals to a number that has them', () => {
    expect(together([0.93411, 12.34567])).toEqual(['0.9341', '12.3457']);
  });

  it('leaves a gap where there is no number', () => {
    expect(together([null, 0.5])).toEqual(['', '0.5']);
  });

  it('does not look for digits that tell equal numbers apart', () => {
    expect(together([0.123456789, 0.123456789])).toEqual(['0.1235', '0.1235']);
  });

  it('takes NaN for equal to itself', () => {
    expect(together([NaN, NaN, 1.5])).toEqual(['NaN', 'NaN', '1.5']);
  });
});

describe('whatever number is shown, alone, in a column or as a parameter', () => {
  const numbers = [...hardNumbers(), ...randomNumbers(4000)];
  const shown = (text: string): string =>
    text
      .trim()
      .replace(/,/g, '')
      .replace(/−/g, '-')
      .replace(/[\u2007\u2008]/g, '');
  const digits = (text: string): string =>
    text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '');

  const holds = (value: number, text: string): void => {
    if (text.startsWith('≈')) {
      expect(Math.abs(Number(shown(text.slice(1))) - value)).toBeLessThan(Math.abs(value) * 1e-9);
      return;
    }
    const read = Number(shown(text));
    const [mantissa = '', power = '0'] = shown(text).split('e');
    const unit = 10 ** (Number(power) - (mantissa.split('.')[1]?.length ?? 0));
    // Correctly rounded at its last digit, no longer than the number, and whole only where the number is.
    expect(Math.abs(read - value), `${value} as ${text}`).toBeLessThanOrEqual(unit * 0.5000001);
    expect(digits(shown(text)).length, `${value} as ${text}`).toBeLessThanOrEqual(
      Math.max(digits(String(value)).length, Number.isInteger(value) ? 21 : 0)
    );
    if (Number.isInteger(Number(mantissa))) {
      expect(read, `${value} as ${text}`).toBe(value);
    }
  };

  it('has no digit that the number has not got', () => {
    numbers.forEach(value => holds(value, formatNumber(value)));
    for (let from = 0; from < numbers.length; from += 5) {
      const column = numbers.slice(from, from + 5);
      formatTogether(column).forEach((text, index) => holds(column[index] ?? 0, text));
    }
  });

  it('is the number itself where it is a parameter', () => {
    numbers.forEach(value => expect(Number(shown(formatScalar(value)))).toBe(value));
  });
});

function hardNumbers(): number[] {
  return [
    0.9999,
    0.99999999,
    0.359461,
    1.035077,
    0.27756,
    0.00022761589264993422,
    1e-5,
    -1e-5,
    1e22,
    0.1 + 0.2,
    1 - 2 ** -53,
    2019,
    99999.99999,
    9.9999e-5,
    123456789.123,
    5e-324,
    1.7e308,
    1e21
  ];
}

/** The same ones each time. */
function randomNumbers(count: number): number[] {
  let seed = 1;
  const next = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  return Array.from({ length: count }, () => {
    const size = next() * 10 ** Math.floor(next() * 24 - 12);
    const short = next() < 0.5 ? Number(size.toPrecision(1 + Math.floor(next() * 8))) : size;
    return next() < 0.2 ? -short : short;
  });
}

it('says a change with its sign, in short', () => {
  expect(formatChange(0.934, 0.922)).toBe('+0.012');
  expect(formatChange(0.922, 0.934)).toBe('−0.012');
  expect(formatChange(0.3, 0.1 + 0.2)).not.toBe('±0');
  expect(formatChange(1, 1)).toBe('±0');
  expect(formatChange(1.9999, 1)).toBe('+0.9999');
});

it('shows a parameter as its author wrote it', () => {
  expect(formatScalar('1234567890123456789')).toBe('1234567890123456789');
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
