import { expect, it } from 'vitest';
import { loads, tracked } from '../src/magic';
import { parseTags } from '../src/tags';

it('puts the magic on top once', () => {
  expect(tracked('x = 1')).toBe('%%track\nx = 1');
  expect(tracked('%%track -e churn\nx = 1')).toBe('%%track -e churn\nx = 1');
});

it('sees where the extension is loaded', () => {
  expect(loads('import numpy\n%load_ext mlnb')).toBe(true);
  expect(loads('%load_ext autoreload')).toBe(false);
});

it('reads tags as they are typed', () => {
  expect(parseTags('team=a, baseline, -old, q=a=b')).toEqual({
    team: 'a',
    baseline: '',
    old: null,
    q: 'a=b'
  });
});
