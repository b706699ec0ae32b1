/** The page's address: what stands behind its `#` is what is in front, both ways. */

import type { CommandRegistry } from '@lumino/commands';
import type { Features } from '../core/features';
import { formatLink, type ILink, parseLink } from '../core/links';
import type { PageShell } from './shell';

const HOME: ILink = { kind: 'runs', ids: [], storeId: null };

/** Show what the address names, now and whenever it changes; and put in it what is shown. */
export function followAddress(
  commands: CommandRegistry,
  features: Features,
  shell: PageShell
): void {
  const go = (): void => {
    const link = parseLink(window.location.hash.slice(1));
    const wanted = (link && features.read(link)) ?? features.read(HOME);
    const shown = link !== null && features.read(link) !== null ? link : HOME;
    if (wanted !== null && (shell.link === null || formatLink(shell.link) !== formatLink(shown))) {
      void commands.execute(wanted.command, wanted.args);
    }
  };
  shell.currentChanged.connect((_, view) => {
    const link = shell.link ?? HOME;
    const hash = `#${formatLink(link)}`;
    if (hash !== window.location.hash) {
      const replaces = link.kind === parseLink(window.location.hash.slice(1))?.kind;
      window.history[replaces && sameView(link) ? 'replaceState' : 'pushState'](null, '', hash);
    }
    document.title = `${view.title.label} · mlnb`;
  });
  window.addEventListener('hashchange', go);
  window.addEventListener('popstate', go);
  go();
}

/** Whether the address shows the same view with another store or some of what it had in it. */
function sameView({ kind, ids }: ILink): boolean {
  const shown = parseLink(window.location.hash.slice(1));
  return (
    shown?.kind === kind &&
    (ids.join() === shown.ids.join() || (ids.length > 1 && ids.every(id => shown.ids.includes(id))))
  );
}

/** A token in the address has done its work: the server has set its cookie. */
export function hideToken(): void {
  const url = new URL(window.location.href);
  if (url.searchParams.has('token')) {
    url.searchParams.delete('token');
    window.history.replaceState(null, '', url);
  }
}
