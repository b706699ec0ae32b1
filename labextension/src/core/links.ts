/**
 * Addresses of what is shown: `/run/<id>`, `/compare/<id>,<id>`, `/runs`, `/models`, `/batch/<id>`, each with
 * `?store=<id>` where the store is known. The page at `<base_url>mlnb/` has them behind its `#`, JupyterLab in
 * `lab?mlnb=`.
 */

import { URLExt } from '@jupyterlab/coreutils';

/** What an address says; which of them name a view, the features know. */
export interface ILink {
  kind: string;
  ids: readonly string[];
  storeId: string | null;
}

const KIND = /^[a-z][a-z-]*$/;
const ID = /^[0-9A-Za-z]+$/;

export function formatLink({ kind, ids, storeId }: ILink): string {
  const path = ids.length > 0 ? `/${kind}/${ids.join(',')}` : `/${kind}`;
  return storeId === null ? path : `${path}?store=${storeId}`;
}

/** An address, read; null for what isn't one. */
export function parseLink(text: string): ILink | null {
  const [path = '', query = ''] = text.split('?', 2);
  const [before, kind = '', names = '', ...rest] = path.split('/');
  const ids = names === '' ? [] : names.split(',');
  const store = new URLSearchParams(query).get('store');
  if (before !== '' || rest.length > 0 || !KIND.test(kind) || !ids.every(id => ID.test(id))) {
    return null;
  }
  return { kind, ids, storeId: store !== null && ID.test(store) ? store : null };
}

/** Where the stand-alone page shows it. */
export function pageUrl(baseUrl: string, link: ILink): string {
  return `${URLExt.join(baseUrl, 'mlnb/')}#${formatLink(link)}`;
}

/** Where JupyterLab opens it. */
export function labUrl(lab: string, link: ILink): string {
  return `${lab}?mlnb=${encodeURIComponent(formatLink(link))}`;
}

/** What the query of a JupyterLab URL names, and the query without that. */
export function linkInSearch(search: string): { link: ILink | null; rest: string } {
  const parameters = new URLSearchParams(search);
  const link = parseLink(parameters.get('mlnb') ?? '');
  parameters.delete('mlnb');
  const rest = parameters.toString();
  return { link, rest: rest === '' ? '' : `?${rest}` };
}
