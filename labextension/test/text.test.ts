import { expect, it } from 'vitest';
import { loads, tracked } from '../src/features/notebook/magic';
import { fromRoot } from '../src/core/paths';
import { parseTags } from '../src/values/tags';

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

it('finds a notebook below the root of the server, whose home may not be told', () => {
  expect(fromRoot('/home/ada/work/churn/train.ipynb', '/home/ada/work')).toBe('churn/train.ipynb');
  expect(fromRoot('/home/ada/work/churn/train.ipynb', '~/work')).toBe('churn/train.ipynb');
  expect(fromRoot('C:\\work\\train.ipynb', 'C:\\work')).toBe('train.ipynb');
  expect(fromRoot('/elsewhere/train.ipynb', '/home/ada/work')).toBeNull();
  expect(fromRoot('train.ipynb', '/home/ada/work')).toBe('train.ipynb');
});
