/** The runs that are picked, and the line that has the keyboard. */

import type { IRunRow } from './tokens';
import { Model } from './model';

export class SelectionModel extends Model {
  get rows(): readonly IRunRow[] {
    return [...this.picked.values()];
  }

  get size(): number {
    return this.picked.size;
  }

  get active(): string | null {
    return this._active;
  }

  /** What a command without arguments is about: the picked runs, or the active one if it isn't of them. */
  inHand(): string[] {
    const active = this._active?.startsWith('r:') ? this._active.slice(2) : null;
    return active === null || this.picked.has(active) ? [...this.picked.keys()] : [active];
  }

  has(runId: string): boolean {
    return this.picked.has(runId);
  }

  activate(key: string | null): void {
    if (key !== this._active) {
      this._active = key;
      this.notify();
    }
  }

  toggle(row: IRunRow): void {
    if (!this.picked.delete(row.run_id)) {
      this.picked.set(row.run_id, row);
    }
    this.notify();
  }

  add(rows: readonly IRunRow[]): void {
    rows.forEach(row => this.picked.set(row.run_id, row));
    this.notify();
  }

  clear(): void {
    if (this.picked.size > 0) {
      this.picked.clear();
      this.notify();
    }
  }

  private readonly picked = new Map<string, IRunRow>();
  private _active: string | null = null;
}
