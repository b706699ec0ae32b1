/**
 * Runs side by side; the first of them is what the others are compared with.
 *
 * The runs in full, of which most is out of view, are asked for when the curves are `drawn`: together they would share
 * the server's time, and each come later.
 */

import type { Api } from '../../core/api';
import type { Hint } from '../../core/live';
import type { ApiError } from '../../core/request';
import type { IArtifact, IComparison, IRunDetail } from '../../core/tokens';
import { asApiError, Coalescer, Model } from '../../core/model';

/** Runs that are asked for in full at a time: what is above them in the view comes first. */
const AT_ONCE = 2;

export class CompareModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'compare' | 'run' | 'text'>,
    readonly store: string | null,
    runIds: readonly string[],
    private readonly drawn: () => Promise<void> = () => Promise.resolve()
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

  /** Put a run at a place among the others; the first is what the others are compared with. */
  move(runId: string, place: number): Promise<void> {
    const others = this._runIds.filter(other => other !== runId);
    const next = [...others.slice(0, place), runId, ...others.slice(place)];
    if (next.join() === this._runIds.join()) {
      return Promise.resolve();
    }
    this._runIds = next;
    return this.refresh();
  }

  drop(runId: string): Promise<void> {
    this._runIds = this._runIds.filter(other => other !== runId);
    return this.refresh();
  }

  /** The runs in full, in their order: profiles of their data, files; null until somebody looks. */
  get details(): readonly IRunDetail[] | null {
    const found = this._runIds.map(runId => this._details.get(runId));
    return found.every(detail => detail !== undefined) ? found : null;
  }

  /** Find out about the runs in full, now and whenever other runs are compared. */
  look(): void {
    if (!this.looking) {
      this.looking = true;
      if (this._comparison !== null) {
        void this.refresh();
      } // else the first answer is under way, and what it is about is looked at when it has come
    }
  }

  /** The text of a file, if it is here; else it is asked for. */
  text(artifact: IArtifact): string | null {
    const { sha256 } = artifact;
    const found = this.texts.get(sha256);
    if (found === undefined) {
      this.texts.set(sha256, null);
      void this.api.text(this.store, artifact).then(
        text => {
          this.texts.set(sha256, text);
          this.notify();
        },
        (reason: unknown) => {
          this.texts.set(sha256, asApiError(reason).message);
          this.notify();
        }
      );
    }
    return found ?? null;
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
      if (this.looking) {
        this.notify(); // what is known already need not wait for the rest,
        await new Promise(done => window.setTimeout(done)); // and what it draws comes first
        await this.drawn();
        await this.loadDetails(this._comparison);
      }
    } catch (reason) {
      this._problem = asApiError(reason);
    }
    this.notify();
  }

  /** A run that had ended when it was looked at doesn't change in what is compared here. */
  private async loadDetails({ runs }: IComparison): Promise<void> {
    const wanted = runs.filter(
      ({ run_id, status }) => status === 'running' || this._details.get(run_id)?.status !== status
    );
    while (wanted.length > 0) {
      const few = wanted.splice(0, AT_ONCE);
      const found = await Promise.all(few.map(({ run_id }) => this.api.run(this.store, run_id)));
      found.forEach(detail => this._details.set(detail.run_id, detail));
    }
  }

  private readonly refreshing = new Coalescer(() => this.load());
  private readonly _details = new Map<string, IRunDetail>();
  private readonly texts = new Map<string, string | null>();
  private looking = false;
  private _runIds: string[];
  private _comparison: IComparison | null = null;
  private _problem: ApiError | null = null;
}
