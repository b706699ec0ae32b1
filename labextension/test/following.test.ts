import { ContentsManager, Drive } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { serverPath } from '../src/core/following';

describe('the store that is shown', () => {
  const contents = new ContentsManager();
  ['RTC', 'mlnb', 's3'].forEach(name => contents.addDrive(new Drive({ name })));

  it.each([
    ['work/train.ipynb', 'work/train.ipynb'],
    ['RTC:work/train.ipynb', 'work/train.ipynb'],
    ['a:b.ipynb', 'a:b.ipynb'],
    ['mlnb:STORE/RUN/train.ipynb', null],
    ['s3:bucket/train.ipynb', null]
  ])('follows from %s as %s', (path, expected) => {
    expect(serverPath(path, contents)).toBe(expected);
  });
});
