/** A clean notebook in the making: asked for, followed until it is there, stopped on the way with the best so far. */

import type { Api } from '../../core/api';
import { asApiError, Model } from '../../core/model';
import type { ApiError } from '../../core/request';
import type { IGathering } from '../../core/tokens';

export const EVERY_MS = 700;
/** Answers that may fail to come before it is given up: a server that restarts has forgotten it. */
const PATIENCE = 5;

export class GatherModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'gather' | 'gathering' | 'stopGathering'>,
    readonly store: string | null,
    readonly run: { readonly run_id: string; readonly name: string },
    private readonly wait = (): Promise<void> =>
      new Promise(done => window.setTimeout(done, EVERY_MS))
  ) {
    super();
  }

  /** How far it is; null until the server has begun. */
  get now(): IGathering | null {
    return this._now;
  }

  /** Why nothing more is known of it. */
  get problem(): ApiError | null {
    return this._problem;
  }

  /** It was asked to stop, and finishes what it has. */
  get stopping(): boolean {
    return this._stopping;
  }

  /** Begin, and follow it to its end. What is refused at once is thrown. */
  async make(): Promise<void> {
    this._now = await this.api.gather(this.store, this.run.run_id);
    this.notify();
    let failures = 0;
    while (this._now.state === 'running' && !this.isDisposed) {
      await this.wait();
      try {
        this._now = await this.api.gathering(this.store, this._now.id);
        failures = 0;
      } catch (reason) {
        failures += 1;
        if (failures === PATIENCE) {
          this._problem = asApiError(reason);
          this.notify();
          return;
        }
      }
      this.notify();
    }
  }

  /** The best so far is what is wanted. */
  async stop(): Promise<void> {
    if (this._now?.state === 'running' && !this._stopping) {
      this._stopping = true;
      this.notify();
      await this.api.stopGathering(this.store, this._now.id);
    }
  }

  private _now: IGathering | null = null;
  private _problem: ApiError | null = null;
  private _stopping = false;
}
