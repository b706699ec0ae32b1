/**
 * A rerun before it starts: the notebook's parameters, each with a value or several.
 *
 * A field holds source text. The server wrote it and the server reads it, and only what was edited is sent back: a rerun
 * with nothing touched has the parameters that the run had.
 */

import type { Api } from '../../core/api';
import { fileName } from '../../core/paths';
import { literal } from '../../values/query';
import type { IBatch, IParameter, IPlannedField, IRerunRequest } from '../../core/tokens';
import { Asking } from '../../core/model';

export interface IRerunOrigin {
  /** From the server's root. */
  notebook: string;
  /** The run whose own source is executed; else the notebook as it is now. */
  run?: { run_id: string; name: string; store: string | null };
}

/** How a field was understood. */
export type Understood = Pick<IPlannedField, 'count' | 'problem' | 'hint'>;

const SAMPLES = 20;
export const MOST_WORKERS = 64;
/** Past runs of the notebook that tell how long one takes. */
const PAST = 20;
const TYPING_MS = 200;
const AS_IT_IS: Understood = { count: 1, problem: null, hint: null };

export class RerunModel extends Asking {
  constructor(
    private readonly api: Pick<Api, 'parameters' | 'plan' | 'rerun' | 'stores' | 'runs'>,
    readonly origin: IRerunOrigin
  ) {
    super();
  }

  workers = 1;
  name = '';

  get parameters(): readonly IParameter[] | null {
    return this._parameters;
  }

  /** What stands in a field: what was typed, else what the run had, or the default. */
  text({ name, source }: IParameter): string {
    return this.typed.get(name) ?? source;
  }

  setText(name: string, text: string): void {
    this.typed.set(name, text);
    this.notify();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.understand(), TYPING_MS);
  }

  /** The texts that were edited, by parameter; an empty one leaves the parameter alone. */
  get edits(): Record<string, string> {
    const edited = (this._parameters ?? [])
      .map(parameter => [parameter, this.text(parameter).trim()] as const)
      .filter(([{ source }, text]) => text !== '' && text !== source.trim())
      .map(([{ name }, text]) => [name, text] as const);
    return Object.fromEntries(edited);
  }

  /** How the server reads a field; null until it has said so. */
  understood({ name }: IParameter): Understood | null {
    const text = this.edits[name];
    return text === undefined ? AS_IT_IS : (this.readings.get(reading(name, text)) ?? null);
  }

  setWorkers(workers: number): void {
    this.workers = Math.min(MOST_WORKERS, Math.max(1, Math.round(workers) || 1));
    this.notify();
  }

  /** There is a range, of which values have to be drawn. */
  get drawn(): boolean {
    return this.counts.includes(null);
  }

  /** There are several values of something, so that some sets of all can be drawn. */
  get varied(): boolean {
    return this.counts.some(count => count !== 1);
  }

  /** How many sets are drawn; null tries all. */
  get samples(): number | null {
    return this.drawn ? (this._samples ?? SAMPLES) : this.varied ? this._samples : null;
  }

  setSamples(samples: number | null): void {
    this._samples = samples === null || !(samples >= 1) ? null : Math.round(samples);
    this.notify();
  }

  /** How many runs it makes; null until all that was edited is understood. */
  get count(): number | null {
    return this.unread.length > 0 ? null : (this.samples ?? this.combinations);
  }

  /** All sets that the lists span. */
  get combinations(): number {
    return this.counts.reduce<number>((product, count) => product * (count ?? 1), 1);
  }

  /** Seconds that it may take, by the median of the notebook's past runs; null where there are none. */
  get seconds(): number | null {
    const { count, typical } = this;
    return typical === null || count === null ? null : Math.ceil(count / this.workers) * typical;
  }

  /** Nothing is known to be wrong. */
  get ready(): boolean {
    const wrong = this._parameters?.some(one => this.understood(one)?.problem != null) ?? true;
    return !this.busy && !wrong;
  }

  get request(): IRerunRequest {
    const { edits, samples, workers } = this;
    const name = this.name.trim();
    return {
      ...this.what,
      edits,
      workers,
      ...(samples === null ? {} : { samples }),
      ...(name === '' ? {} : { name })
    };
  }

  async open(): Promise<void> {
    await this.attempt(async () => {
      const { notebook, run } = this.origin;
      this._parameters = await (run === undefined
        ? this.api.parameters(null, { path: notebook })
        : this.api.parameters(run.store, { run: run.run_id }));
    });
    await this.learn();
  }

  /** Start it; the batch, and the store that it is in, or null where it was refused. */
  async start(): Promise<{ batch: IBatch; store: string | null } | null> {
    let started: { batch: IBatch; store: string | null } | null = null;
    await this.attempt(async () => {
      if (this.unread.length > 0) {
        await this.ask(); // whether it is one value or a range to draw from tells what is sent
      }
      const { notebook, run } = this.origin;
      const batch = await this.api.rerun(run?.store ?? null, this.request);
      const stores = run === undefined ? (await this.api.stores(notebook)).stores : [];
      started = { batch, store: run?.store ?? stores.find(({ current }) => current)?.id ?? null };
    });
    return started;
  }

  override dispose(): void {
    window.clearTimeout(this.timer);
    super.dispose();
  }

  private get what(): Pick<IRerunRequest, 'notebook' | 'run'> {
    const { notebook, run } = this.origin;
    return run === undefined ? { notebook } : { run: run.run_id };
  }

  /** How many values each parameter has; null for a range. */
  private get counts(): (number | null)[] {
    return (this._parameters ?? []).map(one => (this.understood(one) ?? AS_IT_IS).count);
  }

  private get unread(): string[] {
    return Object.entries(this.edits)
      .filter(([name, text]) => !this.readings.has(reading(name, text)))
      .map(([name]) => name);
  }

  /** A form that isn't understood yet can be sent all the same: what is wrong with it is said then. */
  private async understand(): Promise<void> {
    try {
      await this.ask();
    } catch {
      return;
    }
    this.notify();
  }

  private async ask(): Promise<void> {
    const { edits } = this;
    const fields = await this.api.plan(this.origin.run?.store ?? null, { ...this.what, edits });
    // A reading is kept by the text that it is of, so it doesn't matter which answer comes last.
    fields.forEach(field => this.readings.set(reading(field.name, edits[field.name] ?? ''), field));
  }

  /** How long one run of the notebook takes, from those that there were. */
  private async learn(): Promise<void> {
    const { notebook, run } = this.origin;
    const file = literal(`%${fileName(notebook).replace(/[%_]/g, '_')}`);
    try {
      const stores = run === undefined ? (await this.api.stores(notebook)).stores : [];
      const store = run?.store ?? stores.find(({ current }) => current)?.id ?? null;
      const where = `kind = 'notebook' and status = 'finished' and notebook like ${file}`;
      const { runs } = await this.api.runs(store, { where, limit: PAST });
      const seconds = runs.map(row => row.duration_s ?? 0).sort((a, b) => a - b);
      this.typical = seconds[Math.floor(seconds.length / 2)] ?? null;
      this.notify();
    } catch {
      return; // a form without an estimate is still a form
    }
  }

  private readonly typed = new Map<string, string>();
  private readonly readings = new Map<string, Understood>();
  private timer = 0;
  private _parameters: IParameter[] | null = null;
  private _samples: number | null = null;
  private typical: number | null = null;
}

function reading(name: string, text: string): string {
  return `${name}=${text}`;
}
