/** The runs of a table: a query and an order that the server works out, of which a window is here. */

import type { Api } from '../api';
import { vocabulary } from '../completion';
import type { Hint } from '../live';
import { direction } from '../metrics';
import { columnsOf, type IColumn, usual as usualColumns } from '../runcolumns';
import type { ApiError } from '../request';
import type { IRunRow } from '../tokens';
import { asApiError, Coalescer, Model } from './model';
import { SelectionModel } from './selection';

export const PAGE = 200;
const AT_ONCE = 5_000;

export interface IOrder {
  key: string;
  descending: boolean;
}

export interface IPlace {
  page: readonly IRunRow[];
  index: number;
  row: IRunRow;
}

export class RunTableModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'runs' | 'columns'>,
    readonly store: string | null
  ) {
    super();
  }

  /** The runs that are picked. */
  readonly picked = new SelectionModel();

  get where(): string {
    return this._where;
  }

  get order(): IOrder | null {
    return this._order;
  }

  get total(): number {
    return this._total;
  }

  get ready(): boolean {
    return this._ready;
  }

  get queryError(): ApiError | null {
    return this._queryError;
  }

  get problem(): ApiError | null {
    return this._problem;
  }

  get columns(): readonly IColumn[] {
    return this._columns;
  }

  /** The columns that are shown, in their order. */
  get shown(): readonly IColumn[] {
    return this._shown;
  }

  /** What is the same in all runs, said once. */
  get constant(): readonly IColumn[] {
    return this._columns.filter(({ constant, repeats }) => constant && repeats === null);
  }

  /** What a query can name. */
  get words(): readonly string[] {
    return this._words;
  }

  /** A run by its place in the order; null while it isn't here. */
  at(index: number): IPlace | null {
    const page = this.pages.get(Math.floor(index / PAGE));
    const row = page?.[index % PAGE];
    return page === undefined || row === undefined ? null : { page, index: index % PAGE, row };
  }

  isShown(key: string): boolean {
    return this._shown.some(column => column.key === key);
  }

  toggleColumn(key: string): void {
    const chosen = this.chosen ?? usualColumns(this._columns);
    if (!chosen.delete(key)) {
      chosen.add(key);
    }
    this.chosen = chosen;
    this.choose();
    this.notify();
  }

  width(column: IColumn): number {
    const usual = column.key === 'run.started_at' ? 200 : column.numeric ? 104 : 136;
    return this.widths.get(column.key) ?? usual;
  }

  setWidth(key: string, width: number): void {
    this.widths.set(key, Math.max(48, Math.round(width)));
    this.notify();
  }

  setQuery(where: string): Promise<void> {
    if (where === this._where) {
      return Promise.resolve();
    }
    this._where = where;
    this.stale = true;
    return this.ask();
  }

  /** Best first, then worst first, then newest first again. */
  sortBy(column: IColumn): Promise<void> {
    const first = column.group !== 'metrics' || direction(column.name) >= 0;
    const { _order: order } = this;
    this._order =
      order?.key !== column.key
        ? { key: column.key, descending: first }
        : order.descending === first
          ? { key: column.key, descending: !first }
          : null;
    return this.ask();
  }

  /** Load what rows `from` to `to` show. */
  ensure(from: number, to: number): void {
    this.view = [from, to];
    if (this.missing().length > 0) {
      void this.loading.run();
    }
  }

  refresh(): Promise<void> {
    this.stale = true;
    return this.ask();
  }

  async catchUp(hint: Hint): Promise<void> {
    const running = [...this.pages.values()].some(page =>
      page.some(({ status }) => status === 'running')
    );
    if (hint.kind !== 'poll' || running || this._problem !== null) {
      // Over very many runs the columns are looked at less often than the rows.
      this.stale ||= hint.kind !== 'runs' || this._total <= AT_ONCE;
      await this.ask();
    }
  }

  /** All runs that match, in order. */
  async all(): Promise<IRunRow[]> {
    const rows: IRunRow[] = [];
    let total = 1;
    while (rows.length < total) {
      const page = await this.fetch(rows.length, AT_ONCE);
      if (page.runs.length === 0) {
        break;
      }
      rows.push(...page.runs);
      total = page.total;
    }
    return rows;
  }

  /** Everything in view anew; what is shown stays until its successor arrives. */
  private ask(): Promise<void> {
    this.upToDate.clear();
    this.notify();
    return this.loading.run();
  }

  private async load(): Promise<void> {
    const { _where: where, _order: order } = this;
    const pages = this.missing();
    const stale = this.stale;
    this.stale = false;
    try {
      const [columns, ...answers] = await Promise.all([
        stale ? this.api.columns(this.store, where) : null,
        ...pages.map(page => this.fetch(page * PAGE, PAGE))
      ]);
      if (where !== this._where || order !== this._order) {
        return; // asked again already
      }
      answers.forEach(({ runs, total }, index) => {
        this._total = total;
        this.keep(pages[index] ?? 0, runs);
      });
      if (columns !== null) {
        this._columns = columnsOf(columns, this._total);
        this._words = vocabulary(namesOf(this._columns));
        this.choose();
      }
      this._queryError = null;
      this._problem = null;
      this._ready = true;
    } catch (reason) {
      const error = asApiError(reason);
      if (error.code === 'query') {
        this._queryError = error;
      } else {
        this._problem = error;
      }
      pages.forEach(page => this.upToDate.add(page)); // not again before something changes
    }
    this.notify();
  }

  /** Pages in view, the first at least, that aren't up to date. */
  private missing(): number[] {
    const [from, to] = this.view;
    const last = Math.max(0, Math.ceil(this._total / PAGE) - 1);
    const found: number[] = [];
    for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page += 1) {
      const inside = Math.min(page, last);
      if (!this.upToDate.has(inside) && !found.includes(inside)) {
        found.push(inside);
      }
    }
    return found;
  }

  private keep(page: number, runs: readonly IRunRow[]): void {
    if (this.upToDate.size === 0) {
      this.pages.clear(); // of an older answer
    }
    this.pages.set(page, runs);
    this.upToDate.add(page);
  }

  private fetch(offset: number, limit: number): ReturnType<Api['runs']> {
    const field = this._columns.find(({ key }) => key === this._order?.key)?.field ?? null;
    return this.api.runs(this.store, {
      where: this._where,
      limit,
      offset,
      data: true,
      ...(field === null
        ? {}
        : { order_by: `${field} ${this._order?.descending ? 'desc' : 'asc'}` })
    });
  }

  private choose(): void {
    const chosen = this.chosen ?? usualColumns(this._columns);
    this._shown = this._columns.filter(({ key }) => chosen.has(key));
  }

  private readonly pages = new Map<number, readonly IRunRow[]>();
  private readonly upToDate = new Set<number>();
  private readonly widths = new Map<string, number>();
  private readonly loading = new Coalescer(() => this.load());
  private chosen: Set<string> | null = null;
  private view: [number, number] = [0, 0];
  private stale = true;
  private _where = '';
  private _order: IOrder | null = null;
  private _total = 0;
  private _ready = false;
  private _columns: IColumn[] = [];
  private _shown: IColumn[] = [];
  private _words: string[] = [];
  private _queryError: ApiError | null = null;
  private _problem: ApiError | null = null;
}

function namesOf(columns: readonly IColumn[]): Record<'params' | 'metrics' | 'tags', string[]> {
  const of = (group: string): string[] =>
    columns.filter(column => column.group === group).map(({ name }) => name);
  return { params: of('params'), metrics: of('metrics'), tags: of('tags') };
}
