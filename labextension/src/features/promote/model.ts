/**
 * The steps of a promotion: a run's model gets a version, the gates are tried without effect, the alias
 * moves.
 */

import type { Api } from '../../core/api';
import type { ApiError } from '../../core/request';
import type { IModel, IModelFile, IModelVersion, IPromotion, IRunDetail } from '../../core/tokens';
import { asApiError, Asking } from '../../core/model';

export type PromotionApi = Pick<Api, 'models' | 'register' | 'promote'>;

export class PromotionModel extends Asking {
  constructor(
    private readonly api: PromotionApi,
    readonly store: string | null,
    readonly run: Pick<IRunDetail, 'run_id' | 'name' | 'experiment' | 'models'>,
    target: { model?: string; version?: number; alias?: string } = {}
  ) {
    super();
    this._file = run.models[0] ?? { run_id: run.run_id, run_name: run.name, name: '' };
    this._model = target.model ?? run.experiment;
    this._alias = target.alias ?? 'champion';
    this.wanted = target.version ?? null;
  }

  get model(): string {
    return this._model;
  }

  get alias(): string {
    return this._alias;
  }

  note = '';

  get known(): readonly IModel[] {
    return this._known;
  }

  /** Which of the run's model files is promoted; one of a cell's run counts as the notebook's. */
  get file(): IModelFile {
    return this._file;
  }

  setFile(file: IModelFile): Promise<boolean> {
    this._file = file;
    return this.attempt(() => this.tryGates());
  }

  /** The file's version of the model, if it has one. */
  get version(): IModelVersion | null {
    const versions = this._known.find(({ model }) => model === this._model)?.versions ?? [];
    return (
      versions.find(({ version }) => version === this.wanted) ??
      versions.find(version => version.run_id === this._file.run_id) ??
      null
    );
  }

  /** The version that the alias points at now. */
  get holder(): number | null {
    return this._known.find(({ model }) => model === this._model)?.aliases[this._alias] ?? null;
  }

  /** What the gates say, tried without effect; null until the model has a version. */
  get trial(): IPromotion | null {
    return this._trial;
  }

  get done(): IPromotion | null {
    return this._done;
  }

  get ready(): boolean {
    return (
      !this.busy && this._trial?.decision === 'promoted' && this.holder !== this.version?.version
    );
  }

  open(): Promise<boolean> {
    return this.attempt(() => this.look());
  }

  setTarget(model: string, alias: string): Promise<boolean> {
    if (model !== this._model) {
      this.wanted = null;
    }
    this._model = model;
    this._alias = alias;
    return this.attempt(() => this.tryGates());
  }

  register(): Promise<boolean> {
    return this.attempt(async () => {
      const { run_id, name } = this._file;
      await this.api.register(this.store, this._model, run_id, name || null);
      await this.look();
    });
  }

  /** Move the alias; whether it has moved. Was it refused, who holds the alias now is looked up, and the note stays. */
  promote(): Promise<boolean> {
    const version = this.version?.version;
    if (version === undefined) {
      return Promise.resolve(false);
    }
    return this.attempt(async () => {
      try {
        this._done = await this.api.promote(this.store, {
          model: this._model,
          version,
          alias: this._alias,
          note: this.note,
          expected: this.holder
        });
      } catch (reason) {
        await this.look().catch(() => undefined);
        throw reason;
      }
    });
  }

  private async look(): Promise<void> {
    this._known = await this.api.models(this.store);
    await this.tryGates();
  }

  private async tryGates(): Promise<void> {
    this._trial = null;
    const tried = (this.tried += 1);
    const version = this.version?.version;
    if (version === undefined || this._alias === '') {
      return;
    }
    const trial = await this.api
      .promote(this.store, {
        model: this._model,
        version,
        alias: this._alias,
        note: '',
        dry_run: true
      })
      .catch((reason: unknown) => refusal(asApiError(reason)));
    if (tried === this.tried) {
      this._trial = trial;
    }
  }

  private _model: string;
  private _file: IModelFile;
  private _alias: string;
  private wanted: number | null;
  private _known: IModel[] = [];
  private _trial: IPromotion | null = null;
  private _done: IPromotion | null = null;
  /** Counts trials: only the last one's answer is about what is chosen. */
  private tried = 0;
}

/** A refusal carries the gates' results. */
function refusal(error: ApiError): IPromotion {
  const promotion = error.body.promotion as IPromotion | undefined;
  if (promotion === undefined) {
    throw error;
  }
  return promotion;
}
