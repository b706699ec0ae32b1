/** Registered models: versions, aliases and how they came there. */

import type { Api } from '../../core/api';
import { type Hint, isElsewhere } from '../../core/live';
import type { ApiError } from '../../core/request';
import type { IModel } from '../../core/tokens';
import { asApiError, Coalescer, Model } from '../../core/model';

export class RegistryModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'models' | 'rollBack'>,
    readonly store: string | null
  ) {
    super();
  }

  get models(): readonly IModel[] | null {
    return this._models;
  }

  get selected(): IModel | null {
    const models = this._models ?? [];
    return models.find(({ model }) => model === this.name) ?? models[0] ?? null;
  }

  get problem(): ApiError | null {
    return this._problem;
  }

  select(name: string): void {
    this.name = name;
    this.notify();
  }

  /** Take an alias back, if `expected` still holds it: else somebody has moved it since. */
  async rollBack(
    model: string,
    alias: string,
    note: string,
    expected: number | null
  ): Promise<void> {
    try {
      await this.api.rollBack(this.store, model, alias, note, expected);
    } finally {
      await this.refresh();
    }
  }

  refresh(): Promise<void> {
    return this.refreshing.run();
  }

  async catchUp(hint: Hint): Promise<void> {
    // The registry has no cursor, and is small: any sign of life in its store is a reason to look.
    if (!isElsewhere(hint, this.store)) {
      await this.refresh();
    }
  }

  private async load(): Promise<void> {
    try {
      this._models = await this.api.models(this.store);
      this._problem = null;
    } catch (reason) {
      this._problem = asApiError(reason);
    }
    this.notify();
  }

  private readonly refreshing = new Coalescer(() => this.load());
  private _models: IModel[] | null = null;
  private _problem: ApiError | null = null;
  private name: string | null = null;
}
