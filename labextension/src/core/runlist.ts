/**
 * The runs of the sidebar: what the query finds, by experiment, loaded in pages as they come into view.
 *
 * After a hint only what changed since the last cursor is asked for, and put in place. Where that isn't
 * enough (a new run, a deleted one), totals and the pages in view are asked for again; rows that are
 * shown stay until their successors arrive.
 */

import type { Api } from './api';
import { type IGroupState, Lines } from './grouping';
import { previousAmong } from '../values/metrics';
import type { Hint } from './live';
import type { ApiError } from './request';
import type { IBatchInfo, IRunPage, IRunRow, IStoreInfo } from './tokens';
import { asApiError, Coalescer, Model } from './model';
import type { StoresModel } from './stores';

export const PAGE = 100;
const CHANGES_AT_ONCE = 500;

interface IGroup extends IGroupState {
  rows: Map<number, IRunRow>;
  /** Pages that are up to date, and those under way. */
  pages: Set<number>;
  loading: Set<number>;
}

export class RunListModel extends Model {
  constructor(
    private readonly api: Pick<Api, 'runs'>,
    private readonly stores: StoresModel
  ) {
    super();
    this.shownStore = stores.current;
    stores.changed.connect(this.onStore);
  }

  get where(): string {
    return this._where;
  }

  /** The query as typed doesn't parse; the list still shows what the last good one found. */
  get queryError(): ApiError | null {
    return this._queryError;
  }

  /** Why the list may be out of date. */
  get problem(): ApiError | null {
    return this._problem;
  }

  /** Whether there has been an answer yet. */
  get ready(): boolean {
    return this._ready;
  }

  get store(): IStoreInfo | null {
    return this._store;
  }

  /** Runs that the query finds, and runs in the store. */
  get found(): number {
    return [...this.groups.values()].reduce((sum, { total }) => sum + total, 0);
  }

  get all(): number {
    return this._all;
  }

  get lines(): Lines {
    this._lines ??= new Lines([...this.groups.values()], this.batches, this.collapsedBatches);
    return this._lines;
  }

  setQuery(where: string): Promise<void> {
    if (where === this._where) {
      return Promise.resolve();
    }
    this._where = where;
    this.notify();
    return this.refresh();
  }

  toggleGroup(experiment: string): void {
    const group = this.groups.get(experiment);
    if (group !== undefined) {
      group.collapsed = !group.collapsed;
      this.relined();
    }
  }

  toggleBatch(batchId: string): void {
    if (!this.collapsedBatches.delete(batchId)) {
      this.collapsedBatches.add(batchId);
    }
    this.relined();
  }

  /** Load what lines `from` to `to` show. */
  ensure(from: number, to: number): void {
    if (this._problem !== null) {
      return; // what is missing is asked for again with everything else
    }
    for (const [experiment, [first, last]] of this.lines.places(from, to)) {
      const group = this.groups.get(experiment);
      for (
        let page = Math.floor(first / PAGE);
        group && page <= Math.floor(last / PAGE);
        page += 1
      ) {
        if (!group.pages.has(page) && !group.loading.has(page)) {
          void this.loadPage(group, page);
        }
      }
    }
  }

  /** The run before this one in the same cell, if it is loaded. */
  previous(row: IRunRow): IRunRow | null {
    const group = this.groups.get(row.experiment);
    return group ? previousAmong(group.rows.values(), row) : null;
  }

  /** The runs that are here. */
  *loaded(): Iterable<IRunRow> {
    for (const group of this.groups.values()) {
      yield* group.rows.values();
    }
  }

  /** A loaded run. */
  row(runId: string): IRunRow | null {
    for (const row of this.loaded()) {
      if (row.run_id === runId) {
        return row;
      }
    }
    return null;
  }

  /** Ask for everything in view again. */
  refresh(): Promise<void> {
    this.begun = true;
    return this.refreshing.run();
  }

  /** Catch up after a hint. */
  async catchUp(hint: Hint): Promise<void> {
    if (!this.begun) {
      return; // nobody has looked yet, nor said at which store
    }
    if (hint.kind === 'resumed' || this._problem !== null || !this._ready) {
      return this.refresh();
    }
    if (hint.kind === 'poll') {
      // That a batch has ended changes none of its runs.
      const open = [...this.batches.values()].some(({ state }) => state === 'running');
      return open ? this.refresh() : this.changes.run();
    }
    if (this._store === null || hint.store === this._store.id) {
      if (hint.runs.length === 0) {
        return this.refresh(); // the registry: an alias moved, a batch ended
      }
      hint.runs.forEach(runId => this.hinted.add(runId));
      return this.changes.run();
    }
  }

  override dispose(): void {
    this.stores.changed.disconnect(this.onStore);
    super.dispose();
  }

  private readonly onStore = (): void => {
    const { current } = this.stores;
    if (current !== this.shownStore) {
      this.shownStore = current;
      if (current !== this._store?.id) {
        // Else the store that the server chose is now asked for by name: what is shown stays.
        this.groups.clear();
        this._ready = false;
        this.relined();
      }
      if (this.begun) {
        void this.refresh();
      }
    }
  };

  private async loadTotals(): Promise<void> {
    const where = this._where;
    const store = this.stores.current;
    try {
      const page = await this.api.runs(store, { where, groups: true, limit: 0 });
      if (!this.isAbout(where, store)) {
        return; // already asked again
      }
      this._store = page.store;
      this._all = where === '' ? page.total : Math.max(this._all, page.total);
      this.cursor = page.cursor;
      this._queryError = null;
      this._problem = null;
      this._ready = true;
      this.regroup(page.groups ?? []);
      const groups = [...this.groups.values()];
      const top = groups.find(({ collapsed }) => !collapsed);
      await Promise.all(groups.map(group => this.reload(group, group === top)));
    } catch (reason) {
      const error = asApiError(reason);
      if (!this.isAbout(where, store)) {
        return;
      }
      if (error.code === 'query') {
        this._queryError = error;
      } else {
        this.failed(error, store);
      }
    }
    this.relined();
  }

  /** Whether an answer is still to the question: the query may have been typed on, the store changed. */
  private isAbout(where: string, store: string | null): boolean {
    return where === this._where && store === this.stores.current;
  }

  private regroup(totals: readonly { experiment: string; total: number }[]): void {
    const before = new Map(this.groups);
    this.groups.clear();
    for (const { experiment, total } of totals) {
      const group = before.get(experiment) ?? {
        experiment,
        total,
        collapsed: false,
        rows: new Map<number, IRunRow>(),
        pages: new Set<number>(),
        loading: new Set<number>()
      };
      group.total = total;
      this.groups.set(experiment, group);
    }
    this.relined();
  }

  /** Ask again for the pages of a group that were loaded, of the group on top for its first page at least; the others
   * are asked for when they come into view. */
  private async reload(group: IGroup, top: boolean): Promise<void> {
    const last = Math.max(0, Math.ceil(group.total / PAGE) - 1);
    const pages = [...group.pages].filter(page => page <= last).slice(-3);
    group.pages.clear();
    for (const place of [...group.rows.keys()]) {
      if (!pages.includes(Math.floor(place / PAGE)) || place >= group.total) {
        group.rows.delete(place);
      }
    }
    if (top && pages.length === 0) {
      pages.push(0);
    }
    await Promise.all(pages.map(page => this.loadPage(group, page)));
  }

  private async loadPage(group: IGroup, page: number): Promise<void> {
    const where = this._where;
    const store = this.stores.current;
    group.loading.add(page);
    try {
      const answer = await this.api.runs(store, {
        where,
        experiment: group.experiment,
        limit: PAGE,
        offset: page * PAGE
      });
      if (!this.isAbout(where, store)) {
        return;
      }
      const { runs, total, cursor } = answer;
      this.keepBatches(answer);
      if (cursor < this.cursor) {
        // It left before changes that are known by now, and arrives after them.
        this.cursor = cursor;
        void this.changes.run();
      }
      group.total = total; // runs may have come or gone since the totals were counted
      const arrived = new Set(runs.map(row => row.run_id));
      for (const [place, row] of group.rows) {
        if (Math.floor(place / PAGE) === page || place >= total || arrived.has(row.run_id)) {
          group.rows.delete(place);
        }
      }
      runs.forEach((row, index) => group.rows.set(page * PAGE + index, row));
      group.rows = new Map([...group.rows].sort(([a], [b]) => a - b));
      group.pages.add(page);
    } catch (reason) {
      if (this.isAbout(where, store)) {
        this.failed(asApiError(reason), store);
      }
    } finally {
      group.loading.delete(page);
      this.relined(); // also without an answer to use: the view asks again for what it lacks
    }
  }

  private async loadChanges(): Promise<void> {
    const hinted = new Set(this.hinted);
    this.hinted.clear();
    const where = this._where;
    const store = this.stores.current;
    const since = this.cursor;
    try {
      const page = await this.api.runs(store, { where, since, limit: CHANGES_AT_ONCE });
      if (!this.isAbout(where, store) || since !== this.cursor) {
        return; // everything, or more, was asked for meanwhile
      }
      this.cursor = page.cursor;
      this.keepBatches(page);
      const changed = new Map(page.runs.map(row => [row.run_id, row]));
      const replaced = this.replace(changed);
      const gone = [...hinted, ...page.removed].some(
        runId => !changed.has(runId) && this.row(runId) !== null
      );
      if (gone || replaced < page.total) {
        await this.refresh();
      } else if (replaced > 0) {
        this.relined();
      }
    } catch (reason) {
      if (this.isAbout(where, store)) {
        this.failed(asApiError(reason), store);
        this.notify();
      }
    }
  }

  private failed(error: ApiError, store: string | null): void {
    this._problem = error;
    if (error.status === 404) {
      void this.stores.missed(store);
    }
  }

  private replace(changed: ReadonlyMap<string, IRunRow>): number {
    let replaced = 0;
    for (const group of this.groups.values()) {
      for (const [place, row] of group.rows) {
        const successor = changed.get(row.run_id);
        if (successor !== undefined) {
          group.rows.set(place, successor);
          replaced += 1;
        }
      }
    }
    return replaced;
  }

  private keepBatches({ batches }: IRunPage): void {
    batches.forEach(batch => this.batches.set(batch.batch_id, batch));
  }

  private relined(): void {
    this._lines = null;
    this.notify();
  }

  private readonly groups = new Map<string, IGroup>();
  private readonly batches = new Map<string, IBatchInfo>();
  private readonly collapsedBatches = new Set<string>();
  private readonly hinted = new Set<string>();
  private readonly refreshing = new Coalescer(() => this.loadTotals());
  private readonly changes = new Coalescer(() => this.loadChanges());
  private shownStore: string | null;
  private cursor = 0;
  private _where = '';
  private _queryError: ApiError | null = null;
  private _problem: ApiError | null = null;
  private begun = false;
  private _ready = false;
  private _store: IStoreInfo | null = null;
  private _all = 0;
  private _lines: Lines | null = null;
}
