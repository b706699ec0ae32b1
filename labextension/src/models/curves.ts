/** Curves of metrics, fetched once, few at a time, and kept while they can't change. */

import type { Api } from '../api';
import { toNumber } from '../format';
import type { IRunRow } from '../tokens';
import { Model } from './model';

export interface ICurve {
  steps: number[];
  values: number[];
}

const AT_ONCE = 4;
const KEPT = 2_000;
const TOGETHER_MS = 50;

export class CurvesModel extends Model {
  constructor(private readonly api: Pick<Api, 'history'>) {
    super();
  }

  /**
   * The curve if it is here; else it is asked for, and `changed` tells when it has come.
   *
   * A curve of a running run is kept until `forget`.
   */
  get(
    store: string | null,
    row: Pick<IRunRow, 'run_id' | 'status'>,
    metric: string,
    points: number
  ): ICurve | null {
    const key = keyOf(store, row.run_id, metric, points);
    const found = this.curves.get(key);
    if (found === undefined) {
      this.curves.set(key, null);
      this.queue.push(() => this.load(key, store, row.run_id, metric, points));
      this.pump();
    }
    return found ?? null;
  }

  /** The curve if it is here. */
  peek(
    store: string | null,
    row: Pick<IRunRow, 'run_id'>,
    metric: string,
    points: number
  ): ICurve | null {
    return this.curves.get(keyOf(store, row.run_id, metric, points)) ?? null;
  }

  /** Ask again for these runs' curves at the next look. What is shown stays until then. */
  forget(runIds: readonly string[]): void {
    for (const key of [...this.curves.keys()]) {
      if (runIds.some(runId => key.includes(`/${runId}/`))) {
        this.curves.delete(key);
      }
    }
  }

  private async load(
    key: string,
    store: string | null,
    runId: string,
    metric: string,
    points: number
  ): Promise<void> {
    try {
      const { steps, values } = await this.api.history(store, runId, metric, points);
      this.curves.set(key, { steps, values: values.map(value => toNumber(value) ?? Number.NaN) });
    } catch {
      this.curves.delete(key); // a list without its small curves is still a list; the next look asks again
      return;
    }
    for (const oldest of this.curves.keys()) {
      if (this.curves.size <= KEPT) {
        break;
      }
      this.curves.delete(oldest);
    }
    this.notifySoon();
  }

  /** Curves come in crowds, and one look at them all is enough. */
  private notifySoon(): void {
    if (this.timer === 0) {
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.notify();
      }, TOGETHER_MS);
    }
  }

  private pump(): void {
    while (this.running < AT_ONCE) {
      // What came into view last is looked at now.
      const next = this.queue.pop();
      if (next === undefined) {
        return;
      }
      this.running += 1;
      void next().finally(() => {
        this.running -= 1;
        this.pump();
      });
    }
  }

  private readonly curves = new Map<string, ICurve | null>();
  private readonly queue: (() => Promise<void>)[] = [];
  private running = 0;
  private timer = 0;
}

function keyOf(store: string | null, runId: string, metric: string, points: number): string {
  return `${store ?? ''}/${runId}/${points}/${metric}`;
}
