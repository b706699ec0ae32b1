/** The two lines that start tracking, in a cell's source. */

export const TRACK = '%%track';
export const LOAD = '%load_ext mlnb';

/** The cell's source with the magic on top; as it was where it has it. */
export function tracked(source: string): string {
  return /^\s*%%track\b/.test(source) ? source : `${TRACK}\n${source}`;
}

/** Whether a source loads the extension. */
export function loads(source: string): boolean {
  return /^\s*%(re)?load_ext\s+mlnb\b/m.test(source);
}
