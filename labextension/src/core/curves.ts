/** Curves of metrics, fetched once, few at a time, and kept while they can't change. */

import type { Api } from './api';
import { toNumber } from '../values/format';
import type { IHistory, IRunRow } from './tokens';
import { Model } from './model';

export interface ICurve {
  steps: number[];
  /** Milliseconds since 1970; a curve without them stands by its steps. */
  times?: number[];
  values: number[];
}

/** Requests under way, and curves that one of them asks for. */
const AT_ONCE = 2;
const CROWD = 24;
const KEPT = 2_000;
const TOGETHER_MS = 50;

interface IWanted {
  key: string;
  store: string | null;
  runId: string;
  metric: string;
  points: number;
}

export class CurvesModel extends Model {
  constructor(private readonly api: Pick<Api, 'histories'>) {
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
    if (found === undefined || this.stale.delete(key)) {
      this.curves.set(key, found ?? null);
      this.queue = this.queue.filter(wanted => wanted.key !== key);
      this.queue.push({ key, store, runId: row.run_id, metric, points });
      void Promise.resolve().then(() => this.pump()); // what is drawn at once is asked for at once
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

  /** Ask again for these runs' curves, or for all, at the next look. What is shown stays until then. */
  forget(runIds?: readonly string[]): void {
    for (const key of this.curves.keys()) {
      if (runIds?.some(runId => key.includes(`/${runId}/`)) ?? true) {
        this.stale.add(key);
      }
    }
  }

  /** When nothing that was asked for is still to come. */
  idle(): Promise<void> {
    return this.running === 0 && this.queue.length === 0
      ? Promise.resolve()
      : new Promise(done => this.waiting.push(done));
  }

  private async load(crowd: readonly IWanted[]): Promise<void> {
    const [{ store, metric, points }] = crowd as [IWanted];
    try {
      const runIds = crowd.map(({ runId }) => runId);
      const found = await this.api.histories(store, runIds, metric, points);
      found.forEach((history, index) => this.keep(crowd[index], history));
    } catch {
      // A list without its small curves is still a list; the next look asks again.
      crowd.forEach(({ key }) =>
        this.curves.get(key) ? this.stale.add(key) : this.curves.delete(key)
      );
      return;
    } finally {
      crowd.forEach(({ key }) => this.underWay.delete(key));
    }
    for (const oldest of this.curves.keys()) {
      if (this.curves.size <= KEPT) {
        break;
      }
      this.curves.delete(oldest);
    }
    this.notifySoon();
  }

  private keep(wanted: IWanted | undefined, history: IHistory | null): void {
    if (wanted !== undefined && history !== null) {
      const { steps, times, values } = history;
      const numbers = values.map(value => toNumber(value) ?? Number.NaN);
      this.curves.set(wanted.key, { steps, times, values: numbers });
    }
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
      const crowd = this.nextCrowd();
      if (crowd.length === 0) {
        return;
      }
      this.running += 1;
      void this.load(crowd).finally(() => {
        this.running -= 1;
        this.pump();
        if (this.running === 0) {
          this.waiting.splice(0).forEach(done => done());
        }
      });
    }
  }

  /**
   * What came into view last is looked at now, and with it what can be asked in the same breath.
   *
   * A curve that is asked for waits until that answer is here before it is asked for anew: the older answer could
   * arrive last.
   */
  private nextCrowd(): IWanted[] {
    const free = this.queue.filter(({ key }) => !this.underWay.has(key));
    const last = free[free.length - 1];
    const fits = (other: IWanted): boolean =>
      other.store === last?.store && other.metric === last.metric && other.points === last.points;
    const crowd = free.filter(fits).slice(-CROWD);
    this.queue = this.queue.filter(wanted => !crowd.includes(wanted));
    crowd.forEach(({ key }) => this.underWay.add(key));
    return crowd;
  }

  private readonly curves = new Map<string, ICurve | null>();
  /** Shown until its successor is here. */
  private readonly stale = new Set<string>();
  private queue: IWanted[] = [];
  private readonly underWay = new Set<string>();
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private timer = 0;
}

function keyOf(store: string | null, runId: string, metric: string, points: number): string {
  return `${store ?? ''}/${runId}/${points}/${metric}`;
}
