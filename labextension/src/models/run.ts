/** One run, in full. */

import type { Api } from '../api';
import type { Hint } from '../live';
import type { ApiError } from '../request';
import type { ICell, IRunDetail, IRunEdit } from '../tokens';
import { asApiError, Coalescer, Model } from './model';

export class RunModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'run' | 'cells' | 'edit'>,
    readonly store: string | null,
    readonly runId: string
  ) {
    super();
  }

  get detail(): IRunDetail | null {
    return this._detail;
  }

  get cells(): readonly ICell[] | null {
    return this._cells;
  }

  get problem(): ApiError | null {
    return this._problem;
  }

  refresh(): Promise<void> {
    return this.refreshing.run();
  }

  async catchUp(hint: Hint): Promise<void> {
    const mine = hint.kind === 'runs' && hint.runs.includes(this.runId);
    if (mine || hint.kind === 'resumed' || (hint.kind === 'poll' && this.unsettled)) {
      await this.refresh();
    }
  }

  async edit(edit: IRunEdit): Promise<void> {
    await this.api.edit(this.store, this.runId, edit);
    await this.refresh();
  }

  /** Not over, or not known: worth asking again without being told to. */
  private get unsettled(): boolean {
    return this._problem !== null || this._detail?.status === 'running';
  }

  private async load(): Promise<void> {
    try {
      [this._detail, this._cells] = await Promise.all([
        this.api.run(this.store, this.runId),
        this.api.cells(this.store, this.runId)
      ]);
      this._problem = null;
    } catch (reason) {
      this._problem = asApiError(reason);
    }
    this.notify();
  }

  private readonly refreshing = new Coalescer(() => this.load());
  private _detail: IRunDetail | null = null;
  private _cells: ICell[] | null = null;
  private _problem: ApiError | null = null;
}
