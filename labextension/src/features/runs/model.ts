/** The runs of a table: a query and an order that the server works out, of which a window is here. */

import type { Api } from '../../core/api';
import { vocabulary } from '../../values/completion';
import { type Hint, isElsewhere } from '../../core/live';
import { direction } from '../../values/metrics';
import { columnsOf, type IColumn } from '../../values/runcolumns';
import type { ApiError } from '../../core/request';
import type { IGroup, IRunRow } from '../../core/tokens';
import { ColumnLayout, type IColumnState } from './columns';
import { asApiError, Coalescer, Model } from '../../core/model';
import { SelectionModel } from '../../core/selection';

export const PAGE = 200;
const AT_ONCE = 5_000;
/** Rows that tell how wide the columns want to be. */
const MEASURED = 50;

export interface IOrder {
  key: string;
  /** How a query names it. */
  field: string;
  descending: boolean;
}

/** What a view remembers. */
export interface ITableState {
  where: string;
  order: IOrder | null;
  columns: IColumnState;
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

  /** How often all that matches was looked at anew. */
  get looked(): number {
    return this._looked;
  }

  get columns(): readonly IColumn[] {
    return this.layout.all;
  }

  /** The columns that are shown, in their order. */
  get shown(): readonly IColumn[] {
    return this.layout.shown;
  }

  get state(): ITableState {
    return { where: this._where, order: this._order, columns: this.layout.state };
  }

  /** Take on what a view remembers. */
  restore({ where, order, columns }: ITableState): Promise<void> {
    this._where = where;
    this._order = order;
    this.layout.state = columns;
    this.stale = true;
    return this.ask();
  }

  /** What is the same in all runs, said once. */
  get constant(): readonly IColumn[] {
    return this.layout.all.filter(({ constant, repeats }) => constant && repeats === null);
  }

  /** The store's experiments, whatever the query. */
  get experiments(): readonly IGroup[] {
    return this._experiments;
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
    return this.layout.isShown(key);
  }

  isPinned(key: string): boolean {
    return this.layout.isPinned(key);
  }

  toggleColumn(key: string): void {
    this.layout.toggle(key);
    this.notify();
  }

  pinColumn(key: string): void {
    this.layout.pin(key);
    this.notify();
  }

  width(column: IColumn): number {
    return this.layout.width(column.key);
  }

  setWidth(key: string, width: number): void {
    this.layout.setWidth(key, width);
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
    const { key, field } = column;
    const first = column.group !== 'metrics' || direction(column.name) >= 0;
    const { _order: order } = this;
    if (field === null) {
      return Promise.resolve();
    }
    this._order =
      order?.key !== key
        ? { key, field, descending: first }
        : order.descending === first
          ? { key, field, descending: !first }
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
    if (isElsewhere(hint, this.store)) {
      return;
    }
    const running = [...this.pages.values()].some(page =>
      page.some(({ status }) => status === 'running')
    );
    if (hint.kind !== 'poll' || running || this._problem !== null) {
      // Over very many runs the columns are looked at less often than the rows.
      this.stale ||= hint.kind !== 'runs' || this._total <= AT_ONCE;
      await this.ask();
    }
  }

  /** All runs that match, in order, each once: runs may come, and go, between two pages. */
  async all(): Promise<IRunRow[]> {
    const rows = new Map<string, IRunRow>();
    let total = 0;
    let taken = 0;
    for (;;) {
      const page = await this.fetch(taken, AT_ONCE);
      if (page.total < total) {
        return this.all(); // one that went has pulled another over the edge between two pages
      }
      page.runs.forEach(row => rows.set(row.run_id, row));
      total = page.total;
      taken += page.runs.length;
      if (taken >= total || page.runs.length === 0) {
        return [...rows.values()];
      }
    }
  }

  /** Everything in view anew; what is shown stays until its successor arrives. */
  private ask(): Promise<void> {
    this.asked += 1;
    this.upToDate.clear();
    this.notify();
    return this.loading.run();
  }

  private async load(): Promise<void> {
    const { _where: where, _order: order, asked } = this;
    const pages = this.missing();
    const stale = this.stale;
    this.stale = false;
    const isAbout = (): boolean => where === this._where && order === this._order;
    try {
      const [columns, groups, ...answers] = await Promise.all([
        stale ? this.api.columns(this.store, where) : null,
        stale ? this.api.runs(this.store, { groups: true, limit: 0 }) : null,
        ...pages.map(page => this.fetch(page * PAGE, PAGE))
      ]);
      if (!isAbout()) {
        this.stale ||= stale;
        return; // asked again already
      }
      if (answers.length > 0 && this.upToDate.size === 0) {
        this.pages.clear(); // of an older answer
      }
      answers.forEach(({ runs, total }, index) => {
        this._total = total;
        this.keep(pages[index] ?? 0, runs, asked);
      });
      if (columns !== null) {
        const all = columnsOf(columns, this._total);
        this.layout.set(all, (this.pages.get(0) ?? []).slice(0, MEASURED));
        this._words = vocabulary(namesOf(all));
        this._experiments = groups?.groups ?? [];
        this._looked += 1;
      }
      this._queryError = null;
      this._problem = null;
      this._ready = true;
    } catch (reason) {
      this.stale ||= stale;
      if (!isAbout()) {
        return;
      }
      const error = asApiError(reason);
      if (error.code === 'query') {
        this._queryError = error;
      } else {
        this._problem = error;
      }
      if (asked === this.asked) {
        pages.forEach(page => this.upToDate.add(page)); // not again before something changes
      }
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

  /** What has come is shown. Was there a hint meanwhile, it may be old, and is asked for once more. */
  private keep(page: number, runs: readonly IRunRow[], asked: number): void {
    this.pages.set(page, runs);
    if (asked === this.asked) {
      this.upToDate.add(page);
    }
  }

  private fetch(offset: number, limit: number): ReturnType<Api['runs']> {
    const { _order: order } = this;
    return this.api.runs(this.store, {
      where: this._where,
      limit,
      offset,
      data: true,
      ...(order === null ? {} : { order_by: `${order.field} ${order.descending ? 'desc' : 'asc'}` })
    });
  }

  private readonly pages = new Map<number, readonly IRunRow[]>();
  private readonly upToDate = new Set<number>();
  private readonly layout = new ColumnLayout();
  private readonly loading = new Coalescer(() => this.load());
  /** Counts questions: an answer to an older one is shown, and not taken for up to date. */
  private asked = 0;
  private view: [number, number] = [0, 0];
  private stale = true;
  private _where = '';
  private _order: IOrder | null = null;
  private _total = 0;
  private _ready = false;
  private _looked = 0;
  private _experiments: readonly IGroup[] = [];
  private _words: string[] = [];
  private _queryError: ApiError | null = null;
  private _problem: ApiError | null = null;
}

function namesOf(columns: readonly IColumn[]): Record<'params' | 'metrics' | 'tags', string[]> {
  const of = (group: string): string[] =>
    columns.filter(column => column.group === group).map(({ name }) => name);
  return { params: of('params'), metrics: of('metrics'), tags: of('tags') };
}
