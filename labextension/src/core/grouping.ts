/**
 * The sidebar's list: experiments, inside them batches and runs, as the lines of one virtual list.
 *
 * Runs are loaded in pages, so most of a long list isn't there. Loaded runs and the gaps between them are
 * kept as segments, and a line is found by its number in the logarithm of their count: a list of 100,000
 * runs costs what its loaded part costs.
 */

import { formatScalar, lastPart } from '../values/format';
import type { IBatchInfo, IRunRow } from './tokens';

export interface IGroupState {
  experiment: string;
  total: number;
  collapsed: boolean;
  /** Loaded runs by their place in the experiment, newest first. */
  rows: ReadonlyMap<number, IRunRow>;
}

export type Line =
  | { kind: 'experiment'; key: string; group: IGroupState }
  | { kind: 'batch'; key: string; experiment: string; batch: IBatchInfo; collapsed: boolean }
  | {
      kind: 'run';
      key: string;
      experiment: string;
      place: number;
      row: IRunRow;
      /** The batch under whose line the run stands. */
      batch: IBatchInfo | null;
    }
  | { kind: 'gap'; key: string; experiment: string; place: number };

interface ISegment {
  start: number;
  count: number;
  top: number;
  /** The line, or for a gap the first place that it stands for. */
  line: Line;
}

/** Heights in pixels. That they are known is what lets a line be found without laying any out. */
export const HEIGHTS: Readonly<Record<Line['kind'], number>> = {
  experiment: 32,
  batch: 28,
  run: 44,
  gap: 44
};

export class Lines {
  constructor(
    groups: readonly IGroupState[],
    private readonly batches: ReadonlyMap<string, IBatchInfo> = new Map(),
    private readonly collapsedBatches: ReadonlySet<string> = new Set()
  ) {
    for (const group of groups) {
      this.add({ kind: 'experiment', key: `e:${group.experiment}`, group });
      if (!group.collapsed) {
        this.addRuns(group);
      }
    }
  }

  get length(): number {
    return this.total;
  }

  /** The height of all lines together. */
  get height(): number {
    return this.bottom;
  }

  /** Where a line begins. */
  top(index: number): number {
    const segment = this.segmentOf(index, lineStart);
    return segment === null
      ? this.bottom
      : segment.top + (index - segment.start) * HEIGHTS[segment.line.kind];
  }

  /** The number of the line at a height, the last one beyond the end. */
  indexAt(offset: number): number {
    const segment = this.segmentOf(offset, ({ top }) => top);
    if (segment === null) {
      return 0;
    }
    const within = Math.floor((offset - segment.top) / HEIGHTS[segment.line.kind]);
    return segment.start + Math.min(segment.count - 1, Math.max(0, within));
  }

  /** The line of a number. */
  at(index: number): Line | null {
    const segment = index < 0 || index >= this.total ? null : this.segmentOf(index, lineStart);
    if (segment === null) {
      return null;
    }
    const { line } = segment;
    if (line.kind !== 'gap') {
      return line;
    }
    const place = line.place + index - segment.start;
    return { ...line, key: `g:${line.experiment}:${place}`, place };
  }

  /** The number of a line by its key; −1 if it isn't loaded. */
  indexOf(key: string): number {
    return this.byKey.get(key) ?? -1;
  }

  /** Of each experiment, the first and last place that lines `from` to `to` show. */
  places(from: number, to: number): Map<string, [number, number]> {
    const found = new Map<string, [number, number]>();
    for (let index = from; index <= to; index += 1) {
      const line = this.at(index);
      if (line?.kind === 'run' || line?.kind === 'gap') {
        const span = found.get(line.experiment);
        found.set(
          line.experiment,
          span
            ? [Math.min(span[0], line.place), Math.max(span[1], line.place)]
            : [line.place, line.place]
        );
      }
    }
    return found;
  }

  private addRuns(group: IGroupState): void {
    const { experiment } = group;
    const places = [...group.rows.keys()]
      .filter(place => place < group.total)
      .sort((a, b) => a - b);
    let next = 0;
    let above: string | null = null;
    for (const place of places) {
      const row = group.rows.get(place);
      if (row === undefined) {
        continue;
      }
      if (place > next) {
        this.addGap(experiment, next, place - next);
        above = null;
      }
      const batch = this.batchOf(row);
      const collapsed = batch !== null && this.collapsedBatches.has(batch.batch_id);
      if (batch !== null && batch.batch_id !== above) {
        const key = `b:${batch.batch_id}:${place}`;
        this.add({ kind: 'batch', key, experiment, batch, collapsed });
      }
      above = batch?.batch_id ?? null;
      if (!collapsed) {
        this.add({ kind: 'run', key: `r:${row.run_id}`, experiment, place, row, batch });
      }
      next = place + 1;
    }
    if (next < group.total) {
      this.addGap(experiment, next, group.total - next);
    }
  }

  /** A batch of one run is that run. */
  private batchOf(row: IRunRow): IBatchInfo | null {
    const batch = row.batch_id === null ? undefined : this.batches.get(row.batch_id);
    return batch === undefined || batch.total < 2 ? null : batch;
  }

  private add(line: Line): void {
    this.byKey.set(line.key, this.total);
    this.push(line, 1);
  }

  private addGap(experiment: string, place: number, count: number): void {
    this.push({ kind: 'gap', key: `g:${experiment}:${place}`, experiment, place }, count);
  }

  private push(line: Line, count: number): void {
    this.segments.push({ start: this.total, count, top: this.bottom, line });
    this.total += count;
    this.bottom += count * HEIGHTS[line.kind];
  }

  /** The last segment that begins at or before a value; null where there is none at all. */
  private segmentOf(value: number, begin: (segment: ISegment) => number): ISegment | null {
    let low = 0;
    let high = this.segments.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const segment = this.segments[middle];
      if (segment !== undefined && begin(segment) <= value) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return this.segments[low] ?? null;
  }

  private readonly segments: ISegment[] = [];
  private readonly byKey = new Map<string, number>();
  private total = 0;
  private bottom = 0;
}

const lineStart = ({ start }: ISegment): number => start;

/** What tells a run from the others of its batch: names and values; none where the run doesn't know them. */
export function varied(batch: IBatchInfo, row: IRunRow): [string, string][] {
  return batch.varied
    .filter(name => name in row.params)
    .map(name => [lastPart(name), formatScalar(row.params[name])]);
}
