/** A batch, as far as it is. */

import type { Api } from '../../core/api';
import { type Hint, isElsewhere } from '../../core/live';
import type { ApiError } from '../../core/request';
import type { IBatch } from '../../core/tokens';
import { asApiError, Coalescer, Model } from '../../core/model';

export class BatchModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'batch' | 'cancel'>,
    readonly store: string | null,
    readonly batchId: string
  ) {
    super();
  }

  get batch(): IBatch | null {
    return this._batch;
  }

  get problem(): ApiError | null {
    return this._problem;
  }

  /** It was told to stop and hasn't yet. */
  get stopping(): boolean {
    return this._stopping && this._batch?.state === 'running';
  }

  refresh(): Promise<void> {
    return this.refreshing.run();
  }

  async catchUp(hint: Hint): Promise<void> {
    const ended = this._batch !== null && this._batch.state !== 'running';
    if (!isElsewhere(hint, this.store) && (!ended || this._problem !== null)) {
      await this.refresh();
    }
  }

  async cancel(): Promise<void> {
    this._stopping = true;
    this.notify();
    try {
      await this.api.cancel(this.store, this.batchId);
      await this.refresh();
    } catch (reason) {
      this._stopping = false;
      this._problem = asApiError(reason);
      this.notify();
    }
  }

  private async load(): Promise<void> {
    try {
      this._batch = await this.api.batch(this.store, this.batchId);
      this._problem = null;
    } catch (reason) {
      this._problem = asApiError(reason);
    }
    this.notify();
  }

  private readonly refreshing = new Coalescer(() => this.load());
  private _batch: IBatch | null = null;
  private _problem: ApiError | null = null;
  private _stopping = false;
}
