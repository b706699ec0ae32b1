/** Where a notebook is, as the kernel knew it and as the file browser knows it. */

/**
 * A notebook's path from the server's root; null where it lies elsewhere.
 *
 * @param root - The root as the server tells it, which may begin with `~` for a home that isn't told.
 */
export function fromRoot(path: string, root: string): string | null {
  if (!/^(\/|[A-Za-z]:)/.test(path)) {
    return path;
  }
  const [file, folder] = [path, root].map(text => text.replace(/\\/g, '/').replace(/\/$/, ''));
  if (file === undefined || folder === undefined) {
    return null;
  }
  const tail = `${folder.replace(/^~/, '')}/`;
  const at = folder.startsWith('~') ? file.indexOf(tail) : file.startsWith(tail) ? 0 : -1;
  return at < 0 ? null : file.slice(at + tail.length);
}

export function fileName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}
