/** The page's address: what stands behind its `#` is what is in front, both ways. */

import type { CommandRegistry } from '@lumino/commands';
import { COMMANDS, formatLink, type ILink, parseLink } from '../links';
import type { PageShell } from './shell';

const HOME: ILink = { kind: 'runs', runs: [], storeId: null };

/** Show what the address names, now and whenever it changes; and put in it what is shown. */
export function followAddress(commands: CommandRegistry, shell: PageShell): void {
  const go = (): void => {
    const link = parseLink(window.location.hash.slice(1)) ?? HOME;
    if (shell.current === null || formatLink(shell.current.link) !== formatLink(link)) {
      void commands.execute(COMMANDS[link.kind], { runs: link.runs, store_id: link.storeId });
    }
  };
  shell.currentChanged.connect((_, view) => {
    const hash = `#${formatLink(view.link)}`;
    if (hash !== window.location.hash) {
      const replaces = view.link.kind === parseLink(window.location.hash.slice(1))?.kind;
      window.history[replaces && sameView(view.link) ? 'replaceState' : 'pushState'](
        null,
        '',
        hash
      );
    }
    document.title = `${view.title.label} · mlnb`;
  });
  window.addEventListener('hashchange', go);
  window.addEventListener('popstate', go);
  go();
}

/** Whether the address shows the same view with another store or other runs in it. */
function sameView({ kind, runs }: ILink): boolean {
  const shown = parseLink(window.location.hash.slice(1));
  return (
    shown?.kind === kind &&
    (runs.join() === shown.runs.join() ||
      (kind === 'compare' && runs.every(run => shown.runs.includes(run))))
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
