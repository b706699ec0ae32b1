/** Which store the panel shows: that of the notebook in front, or one that was chosen. */

import type { Api } from '../api';
import type { IStoreInfo } from '../tokens';
import { Model } from './model';

export class StoresModel extends Model {
  constructor(private readonly api: Pick<Api, 'stores'>) {
    super();
  }

  /** The id of the store in view; null leaves the choice to the server. */
  get current(): string | null {
    return this.chosen ?? this.followed;
  }

  get list(): readonly IStoreInfo[] {
    return this._list;
  }

  find(id: string | null): IStoreInfo | null {
    return this._list.find(store => store.id === id) ?? null;
  }

  /** Follow the notebook at `path`. */
  async follow(path: string | null): Promise<void> {
    const asked = (this.asked += 1);
    let list: IStoreInfo[];
    try {
      list = await this.api.stores(path);
    } catch {
      return; // the list of runs shows that the server is away
    }
    if (asked !== this.asked) {
      return; // a newer question is under way
    }
    this._list = list;
    this.followed = list.find(store => store.current)?.id ?? list[0]?.id ?? null;
    if (this.chosen !== null && this.find(this.chosen) === null) {
      this.chosen = null;
    }
    this.notify();
  }

  /** Stay with one store, whichever notebook is in front; null follows again. */
  choose(id: string | null): void {
    if (id !== this.chosen) {
      this.chosen = id;
      this.notify();
    }
  }

  private _list: IStoreInfo[] = [];
  private chosen: string | null = null;
  private followed: string | null = null;
  private asked = 0;
}
