/** A colour for each run, the same in every view. */

/**
 * Ten colours that stay apart for readers with any of the common colour-blindnesses, on light and on dark:
 * the variables are defined in style/base.css, so that a theme can tune them.
 */
export const COLORS = 10;

export interface IRunColor {
  /** A CSS value. */
  color: string;
  /** Past ten runs colours repeat, with another dash. */
  dash: number[];
  index: number;
}

const DASHES: number[][] = [[], [6, 3], [2, 2]];

/** Hands out colours in the order in which runs are first shown. */
export class ColorBook {
  color(runId: string): IRunColor {
    let place = this.places.get(runId);
    if (place === undefined) {
      place = this.places.size;
      this.places.set(runId, place);
    }
    return {
      index: place % COLORS,
      color: `var(--mlnb-run-color-${place % COLORS})`,
      dash: DASHES[Math.floor(place / COLORS) % DASHES.length] ?? []
    };
  }

  private readonly places = new Map<string, number>();
}
