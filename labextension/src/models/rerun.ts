/** A rerun before it starts: the notebook's parameters, each with a value or several. */

import type { Api } from '../api';
import { formatScalar } from '../format';
import type { ApiError } from '../request';
import type { IBatch, IParameter, IRerunRequest, Scalar } from '../tokens';
import { parseValues } from '../values';
import { asApiError, Model } from './model';

export interface IRerunOrigin {
  /** From the server's root. */
  notebook: string;
  /** The run whose own source is executed; else the notebook as it is now. */
  run?: { run_id: string; name: string; params: Record<string, Scalar>; store: string | null };
}

export class RerunModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'parameters' | 'rerun' | 'stores'>,
    readonly origin: IRerunOrigin
  ) {
    super();
  }

  workers = 1;
  name = '';

  get parameters(): readonly IParameter[] | null {
    return this._parameters;
  }

  get busy(): boolean {
    return this._busy;
  }

  get problem(): ApiError | null {
    return this._problem;
  }

  /** What stands in a field: what was typed, else the run's value, else the default. */
  text(parameter: IParameter): string {
    return this.typed.get(parameter.name) ?? this.initial(parameter);
  }

  setText(name: string, text: string): void {
    this.typed.set(name, text);
    this.notify();
  }

  setWorkers(workers: number): void {
    this.workers = Math.min(64, Math.max(1, Math.round(workers) || 1));
    this.notify();
  }

  /** How many runs it makes. */
  get count(): number {
    return Object.values(this.request.grid).reduce((count, values) => count * values.length, 1);
  }

  get ready(): boolean {
    return !this._busy && this._parameters !== null;
  }

  /** Parameters with one value are set, those with several span the grid; defaults are left alone. */
  get request(): IRerunRequest {
    const params: Record<string, unknown> = {};
    const grid: Record<string, unknown[]> = {};
    for (const parameter of this._parameters ?? []) {
      const text = this.text(parameter).trim();
      if (text === '' || text === parameter.default) {
        continue;
      }
      const values = parseValues(text);
      if (values.length === 1) {
        params[parameter.name] = values[0];
      } else if (values.length > 1) {
        grid[parameter.name] = values;
      }
    }
    const { notebook, run } = this.origin;
    const name = this.name.trim();
    return {
      ...(run === undefined ? { notebook } : { run: run.run_id }),
      params,
      grid,
      workers: this.workers,
      ...(name === '' ? {} : { name })
    };
  }

  async open(): Promise<void> {
    await this.attempt(async () => {
      this._parameters = await this.api.parameters(this.origin.notebook);
    });
  }

  /** Start it; the batch, and the store that it is in. */
  async start(): Promise<{ batch: IBatch; store: string | null } | null> {
    let started: { batch: IBatch; store: string | null } | null = null;
    await this.attempt(async () => {
      const { notebook, run } = this.origin;
      const batch = await this.api.rerun(run?.store ?? null, this.request);
      const stores = run === undefined ? await this.api.stores(notebook) : [];
      started = { batch, store: run?.store ?? stores.find(({ current }) => current)?.id ?? null };
    });
    return started;
  }

  private initial({ name, default: text }: IParameter): string {
    const value = this.origin.run?.params[name];
    if (value === undefined || value === null) {
      return text;
    }
    return typeof value === 'boolean'
      ? value
        ? 'True'
        : 'False'
      : formatScalar(value).replace('−', '-').replace(/,/g, '');
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    this._busy = true;
    this._problem = null;
    this.notify();
    try {
      await step();
    } catch (reason) {
      this._problem = asApiError(reason);
    }
    this._busy = false;
    this.notify();
  }

  private readonly typed = new Map<string, string>();
  private _parameters: IParameter[] | null = null;
  private _busy = false;
  private _problem: ApiError | null = null;
}
