/** What a batch's plan and runs come to: its parameters, its order of merit, the time that is left. */

import { toNumber } from '../../values/format';
import { direction, keyMetric } from '../../values/metrics';
import { ranks } from '../../values/ranks';
import type { IBatch, IRunRow, Scalar } from '../../core/tokens';

export interface IMerit {
  /** The metric that the runs are ranked by; null where none has one. */
  metric: string | null;
  /** Runs with a value, the best first. */
  ranked: readonly IRunRow[];
  failed: readonly IRunRow[];
  /** From the worst, 0, to the best, 1, by run. */
  share: ReadonlyMap<string, number>;
}

export function meritOf(runs: readonly IRunRow[]): IMerit {
  const settled = runs.filter(run => run.status === 'finished' || run.status === 'running');
  const metric = settled.map(run => keyMetric(run)?.name).find(name => name !== undefined) ?? null;
  const value = (run: IRunRow): number =>
    (metric === null ? null : toNumber(run.metrics[metric])) ?? Number.NaN;
  const sign = metric !== null && direction(metric) < 0 ? -1 : 1;
  const ranked = settled
    .filter(run => !Number.isNaN(value(run)))
    .sort((a, b) => sign * (value(b) - value(a)));
  const places = ranks(ranked.map(run => sign * value(run)));
  return {
    metric,
    ranked,
    failed: runs.filter(({ status }) => status === 'failed' || status === 'killed'),
    share: new Map(
      ranked.map(({ run_id }, index) => [
        run_id,
        ranked.length < 2 ? 1 : ((places[index] ?? 1) - 1) / (ranked.length - 1)
      ])
    )
  };
}

/** The parameters that differ in the plan, and their values in order. */
export function varied(plan: IBatch['plan']): { name: string; values: Scalar[] }[] {
  const names = [...new Set(plan.flatMap(({ params }) => Object.keys(params)))];
  return names
    .map(name => ({ name, values: distinct(plan.map(({ params }) => params[name] ?? null)) }))
    .filter(({ values }) => values.length > 1);
}

export interface IMatrix {
  across: { name: string; values: Scalar[] };
  down: { name: string; values: Scalar[] };
  /** The plan's run at a place. */
  at: (down: Scalar, across: Scalar) => IBatch['plan'][number] | null;
}

const MOST_ACROSS = 40;

/** The plan as rows and columns, where it is a grid of two parameters, each pair once. */
export function matrixOf(plan: IBatch['plan']): IMatrix | null {
  const [first, second, ...more] = varied(plan);
  if (first === undefined || second === undefined || more.length > 0) {
    return null;
  }
  const [down, across] =
    first.values.length <= second.values.length ? [first, second] : [second, first];
  if (
    across.values.length > MOST_ACROSS ||
    down.values.length * across.values.length !== plan.length
  ) {
    return null;
  }
  const cells = new Map(
    plan.map(entry => [
      `${String(entry.params[down.name])}\n${String(entry.params[across.name])}`,
      entry
    ])
  );
  return cells.size === plan.length
    ? { down, across, at: (a, b) => cells.get(`${String(a)}\n${String(b)}`) ?? null }
    : null;
}

/** Seconds until all have ended, by those that have; null before the first. */
export function secondsLeft(batch: IBatch, now: number): number | null {
  const { counts, total } = batch;
  const done = counts.finished + counts.failed + counts.killed;
  if (batch.state !== 'running' || done === 0 || done >= total) {
    return null;
  }
  const elapsed = (now - Date.parse(batch.started_at)) / 1000;
  return Math.max(0, (elapsed / done) * (total - done));
}

function distinct(values: readonly Scalar[]): Scalar[] {
  const found = [...new Set(values)];
  return found.every(value => typeof value === 'number') ? found.sort((a, b) => a - b) : found;
}
