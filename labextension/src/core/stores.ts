/** Which store the panel shows: that of the notebook in front, or one that was chosen. */

import type { Api } from './api';
import type { ApiError } from './request';
import type { IStoreInfo, IStoreList } from './tokens';
import { asApiError, Model } from './model';

export class StoresModel extends Model {
  constructor(private readonly api: Pick<Api, 'stores'>) {
    super();
  }

  /** The id of the store in view; null leaves the choice to the server. */
  get current(): string | null {
    return this.chosen ?? this.followed;
  }

  /** Whether anybody has asked yet. */
  get asked(): boolean {
    return this.questions > 0;
  }

  get list(): readonly IStoreInfo[] {
    return this._list;
  }

  /** Why the store of the notebook in front can't be shown. */
  get problem(): ApiError | null {
    return this._problem;
  }

  /** Where the notebook in front logs to, if this server may not show that and no other store was chosen. */
  get elsewhere(): string | null {
    return this.chosen === null ? this._elsewhere : null;
  }

  find(id: string | null): IStoreInfo | null {
    return this._list.find(store => store.id === id) ?? null;
  }

  /** Follow the notebook at `path`. */
  async follow(path: string | null): Promise<void> {
    this.path = path;
    const asked = (this.questions += 1);
    let found: IStoreList;
    try {
      found = await this.api.stores(path);
    } catch (reason) {
      if (asked !== this.questions) {
        return;
      }
      const error = asApiError(reason);
      // That the server is away, the list of runs tells.
      this._problem = error.offline ? null : error;
      this.notify();
      return;
    }
    if (asked !== this.questions) {
      return; // a newer question is under way
    }
    this._problem = null;
    const list = found.stores;
    this._list = list;
    this._elsewhere = found.elsewhere;
    this.followed =
      list.find(store => store.current)?.id ?? (path === null ? (list[0]?.id ?? null) : null);
    if (this.chosen !== null && this.find(this.chosen) === null) {
      this.chosen = null;
    }
    this.notify();
  }

  /** The server may have been away: look again what there is, if anybody has looked at all. */
  async resume(): Promise<void> {
    if (this.asked) {
      await this.follow(this.path);
    }
  }

  /** A run of this store was shown: if the store is new here, look at it. */
  async noticed(id: string): Promise<void> {
    if (this.find(id) === null || this.current === null) {
      await this.follow(this.path);
    }
  }

  /** The server knows this store no more: look what there is instead. */
  async missed(id: string | null): Promise<void> {
    if (id !== null && id === this.current) {
      await this.follow(this.path);
    }
  }

  /** Stay with one store, whichever notebook is in front; null follows again. */
  choose(id: string | null): void {
    if (id !== this.chosen) {
      this.chosen = id;
      this.notify();
    }
  }

  private _list: IStoreInfo[] = [];
  private _elsewhere: string | null = null;
  private _problem: ApiError | null = null;
  private path: string | null = null;
  private chosen: string | null = null;
  private followed: string | null = null;
  private questions = 0;
}
