/** Runs side by side; the first of them is what the others are compared with. */

import type { Api } from '../api';
import type { Hint } from '../live';
import type { ApiError } from '../request';
import type { IComparison } from '../tokens';
import { asApiError, Coalescer, Model } from './model';

export class CompareModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'compare'>,
    readonly store: string | null,
    runIds: readonly string[]
  ) {
    super();
    this._runIds = [...runIds];
  }

  get runIds(): readonly string[] {
    return this._runIds;
  }

  get comparison(): IComparison | null {
    return this._comparison;
  }

  get problem(): ApiError | null {
    return this._problem;
  }

  /** Compare all others with this run. */
  pin(runId: string): Promise<void> {
    this._runIds = [runId, ...this._runIds.filter(other => other !== runId)];
    return this.refresh();
  }

  drop(runId: string): Promise<void> {
    this._runIds = this._runIds.filter(other => other !== runId);
    return this.refresh();
  }

  refresh(): Promise<void> {
    return this.refreshing.run();
  }

  async catchUp(hint: Hint): Promise<void> {
    const running = this._comparison?.runs.some(row => row.status === 'running') ?? true;
    const mine = hint.kind === 'runs' && hint.runs.some(runId => this._runIds.includes(runId));
    if (mine || hint.kind === 'resumed' || (hint.kind === 'poll' && running)) {
      await this.refresh();
    }
  }

  private async load(): Promise<void> {
    try {
      this._comparison = await this.api.compare(this.store, this._runIds);
      this._problem = null;
    } catch (reason) {
      this._problem = asApiError(reason);
    }
    this.notify();
  }

  private readonly refreshing = new Coalescer(() => this.load());
  private _runIds: string[];
  private _comparison: IComparison | null = null;
  private _problem: ApiError | null = null;
}
