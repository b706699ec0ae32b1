/** One run, in full. */

import type { Api } from '../../core/api';
import type { Hint } from '../../core/live';
import { type ILineage, lineageOf } from './ancestry';
import type { ApiError } from '../../core/request';
import type { ICell, IRunDetail, IRunEdit } from '../../core/tokens';
import { asApiError, Coalescer, Model } from '../../core/model';

/** Cells of a notebook's run whose data and models are looked up. */
const MOST_CHILDREN = 24;

export class RunModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'run' | 'cells' | 'edit' | 'models'>,
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

  /** Where the run comes from and what became of it; null until somebody looks. */
  get lineage(): ILineage | null {
    return this._lineage;
  }

  /** Find out about the lineage, now and whenever the run changes. */
  traceLineage(): void {
    if (!this.tracing) {
      this.tracing = true;
      void this.refresh();
    }
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
      this._detail = await this.api.run(this.store, this.runId);
      if (this._detail.status !== this.cellsOf) {
        this.notify(); // what is known already need not wait for the rest
        await this.loadCells(this._detail.status);
      }
      if (this.tracing) {
        this._lineage = await this.trace(this._detail);
      }
      this._problem = null;
    } catch (reason) {
      this._problem = asApiError(reason);
    }
    this.notify();
  }

  /** The cells up to the run's end: while it runs there come no others. Asked after its status, never beside it: of a
   * run that ends between the two, the last cell would stay unfinished. */
  private async loadCells(status: IRunDetail['status']): Promise<void> {
    this._cells = await this.api.cells(this.store, this.runId);
    this.cellsOf = status;
  }

  private async trace(run: IRunDetail): Promise<ILineage> {
    const near = [run.parent_id, run.rerun_of].filter(runId => runId !== null);
    const [models, parents, children] = await Promise.all([
      this.api.models(this.store),
      Promise.all(near.map(runId => this.api.run(this.store, runId).catch(() => null))),
      Promise.all(
        run.children.slice(0, MOST_CHILDREN).map(({ run_id }) => this.api.run(this.store, run_id))
      )
    ]);
    return lineageOf(
      run,
      parents.filter(parent => parent !== null),
      children,
      models
    );
  }

  private readonly refreshing = new Coalescer(() => this.load());
  private _detail: IRunDetail | null = null;
  private _cells: ICell[] | null = null;
  /** What the run's status was when its cells were asked for. */
  private cellsOf: IRunDetail['status'] | null = null;
  private _lineage: ILineage | null = null;
  private tracing = false;
  private _problem: ApiError | null = null;
}
