/** Which notebook in front says whose store is shown. */

import type { Contents } from '@jupyterlab/services';

/** Drives that show the server's own folder: its own, and that of notebooks that several people edit at once. */
const SERVERS = new Set(['', 'RTC']);

/**
 * A notebook's path from the server's root; null where it lies elsewhere (another drive, the executed notebook of a
 * run), so that nothing follows from it.
 */
export function serverPath(
  path: string,
  contents: Pick<Contents.IManager, 'driveName' | 'localPath'>
): string | null {
  return SERVERS.has(contents.driveName(path)) ? contents.localPath(path) : null;
}
