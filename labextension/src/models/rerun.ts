/** A rerun before it starts: the notebook's parameters, each with a value or several. */

import type { Api } from '../api';
import { formatScalar } from '../format';
import { fileName } from '../paths';
import type { ApiError } from '../request';
import type { IBatch, IParameter, IRerunRequest, Scalar } from '../tokens';
import { type Choice, parseChoice } from '../values';
import { asApiError, Model } from './model';

export interface IRerunOrigin {
  /** From the server's root. */
  notebook: string;
  /** The run whose own source is executed; else the notebook as it is now. */
  run?: { run_id: string; name: string; params: Record<string, Scalar>; store: string | null };
}

const SAMPLES = 20;
export const MOST_WORKERS = 64;
/** Past runs of the notebook that tell how long one takes. */
const PAST = 20;

export class RerunModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'parameters' | 'rerun' | 'stores' | 'runs'>,
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
    this.workers = Math.min(MOST_WORKERS, Math.max(1, Math.round(workers) || 1));
    this.notify();
  }

  /** What stands in a field, understood. */
  choice(parameter: IParameter): Choice {
    return parseChoice(this.text(parameter));
  }

  /** There is a range, of which values have to be drawn. */
  get drawn(): boolean {
    return Object.values(this.request.grid).some(values => typeof values === 'string');
  }

  /** There are several values of something, so that some sets of all can be drawn. */
  get varied(): boolean {
    return Object.keys(this.request.grid).length > 0;
  }

  /** How many sets are drawn; null tries all. */
  get samples(): number | null {
    return this.drawn ? (this._samples ?? SAMPLES) : this.varied ? this._samples : null;
  }

  setSamples(samples: number | null): void {
    this._samples = samples === null || !(samples >= 1) ? null : Math.round(samples);
    this.notify();
  }

  /** How many runs it makes. */
  get count(): number {
    return this.samples ?? this.combinations;
  }

  /** All sets that the lists span. */
  get combinations(): number {
    return Object.values(this.request.grid).reduce((count, values) => count * values.length, 1);
  }

  /** Seconds that it may take, by the median of the notebook's past runs; null where there are none. */
  get seconds(): number | null {
    const rounds = Math.ceil(this.count / this.workers);
    return this.typical === null ? null : rounds * this.typical;
  }

  get ready(): boolean {
    const understood = this._parameters?.every(one => this.choice(one).kind !== 'problem');
    return !this._busy && understood === true;
  }

  /** Parameters with one value are set, those with several span the grid; defaults are left alone. */
  get request(): IRerunRequest {
    const params: Record<string, unknown> = {};
    const grid: IRerunRequest['grid'] = {};
    for (const parameter of this._parameters ?? []) {
      const text = this.text(parameter).trim();
      if (text === '' || text === parameter.default) {
        continue;
      }
      const choice = parseChoice(text);
      if (choice.kind === 'range') {
        grid[parameter.name] = choice.text;
      } else if (choice.kind === 'values' && choice.values.length === 1) {
        params[parameter.name] = choice.values[0];
      } else if (choice.kind === 'values' && choice.values.length > 1) {
        grid[parameter.name] = choice.values;
      }
    }
    const ranges = Object.values(grid).some(values => typeof values === 'string');
    const samples = ranges ? (this._samples ?? SAMPLES) : this._samples;
    const { notebook, run } = this.origin;
    const name = this.name.trim();
    return {
      ...(run === undefined ? { notebook } : { run: run.run_id }),
      params,
      grid,
      workers: this.workers,
      ...(samples === null || Object.keys(grid).length === 0 ? {} : { samples }),
      ...(name === '' ? {} : { name })
    };
  }

  async open(): Promise<void> {
    await this.attempt(async () => {
      this._parameters = await this.api.parameters(this.origin.notebook);
    });
    await this.learn();
  }

  /** How long one run of the notebook takes, from those that there were. */
  private async learn(): Promise<void> {
    const { notebook, run } = this.origin;
    const file = fileName(notebook).replace(/[%_']/g, '_');
    try {
      const stores = run === undefined ? (await this.api.stores(notebook)).stores : [];
      const store = run?.store ?? stores.find(({ current }) => current)?.id ?? null;
      const where = `kind = 'notebook' and status = 'finished' and notebook like '%${file}'`;
      const { runs } = await this.api.runs(store, { where, limit: PAST });
      const seconds = runs.map(row => row.duration_s ?? 0).sort((a, b) => a - b);
      this.typical = seconds[Math.floor(seconds.length / 2)] ?? null;
      this.notify();
    } catch {
      return; // a form without an estimate is still a form
    }
  }

  /** Start it; the batch, and the store that it is in. */
  async start(): Promise<{ batch: IBatch; store: string | null } | null> {
    let started: { batch: IBatch; store: string | null } | null = null;
    await this.attempt(async () => {
      const { notebook, run } = this.origin;
      const batch = await this.api.rerun(run?.store ?? null, this.request);
      const stores = run === undefined ? (await this.api.stores(notebook)).stores : [];
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
  private _samples: number | null = null;
  private typical: number | null = null;
  private _busy = false;
  private _problem: ApiError | null = null;
}
