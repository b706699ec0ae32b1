/**
 * Addresses of what is shown: `/run/<id>`, `/compare/<id>,<id>`, `/runs`, `/models`, `/batch/<id>`, each with
 * `?store=<id>` where the store is known. The page at `<base_url>mlnb/` has them behind its `#`, JupyterLab in
 * `lab?mlnb=`.
 */

import { URLExt } from '@jupyterlab/coreutils';
import { CommandIDs, type IRunsArgs } from './commands';

export type Kind = 'run' | 'compare' | 'runs' | 'batch' | 'models';

export interface ILink extends Pick<IRunsArgs, 'runs' | 'storeId'> {
  kind: Kind;
}

/** The command that opens what a link names. */
export const COMMANDS: Readonly<Record<Kind, string>> = {
  run: CommandIDs.openRun,
  compare: CommandIDs.compare,
  runs: CommandIDs.openRuns,
  batch: CommandIDs.openBatch,
  models: CommandIDs.openModels
};

const ID = /^[0-9A-Za-z]+$/;

export function formatLink({ kind, runs, storeId }: ILink): string {
  const path = runs.length > 0 ? `/${kind}/${runs.join(',')}` : `/${kind}`;
  return storeId === null ? path : `${path}?store=${storeId}`;
}

/** What an address names; null for what isn't one. */
export function parseLink(text: string): ILink | null {
  const [path = '', query = ''] = text.split('?', 2);
  const [, kind = '', names = ''] = path.split('/');
  const runs = names.split(',').filter(name => ID.test(name));
  const store = new URLSearchParams(query).get('store');
  if (!isKind(kind) || (kind === 'run' || kind === 'batch' ? runs.length !== 1 : false)) {
    return null;
  }
  if (kind === 'compare' && runs.length < 2) {
    return null;
  }
  return { kind, runs, storeId: store !== null && ID.test(store) ? store : null };
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

function isKind(text: string): text is Kind {
  return Object.hasOwn(COMMANDS, text);
}
