import { describe, expect, it } from 'vitest';
import {
  formatLink,
  type ILink,
  labUrl,
  linkInSearch,
  pageUrl,
  parseLink
} from '../src/core/links';

const run: ILink = { kind: 'run', ids: ['01J0'], storeId: '01S' };
const links: ILink[] = [
  run,
  { kind: 'compare', ids: ['01J0', '01J1'], storeId: null },
  { kind: 'runs', ids: [], storeId: null },
  { kind: 'models', ids: [], storeId: '01S' },
  { kind: 'batch', ids: ['01B'], storeId: null }
];

describe('a link', () => {
  it.each(links)('is read as it was written: $kind', link => {
    expect(parseLink(formatLink(link))).toEqual(link);
  });

  it.each(['', '/', 'run/a', '/run/../x', '/run/a,', '/run/a b', '/toString', '/run/a/b'])(
    'is nothing else: %s',
    text => {
      expect(parseLink(text)).toBeNull();
    }
  );

  it('goes to the page, below whatever base URL', () => {
    expect(pageUrl('http://host/user/ada/', run)).toBe(
      'http://host/user/ada/mlnb/#/run/01J0?store=01S'
    );
  });

  it('goes to JupyterLab, whose query is left without it', () => {
    const url = new URL(labUrl('http://host/lab', run));
    expect(linkInSearch(`${url.search}&reset`)).toEqual({ link: run, rest: '?reset=' });
  });
});
