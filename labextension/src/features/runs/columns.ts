/** Which columns of the table are shown, in which order and how wide. */

import { type IColumn, naturalWidth, usual } from '../../values/runcolumns';
import type { IRunRow } from '../../core/tokens';

/** What a view remembers of its columns; null leaves the choice to the data. */
export interface IColumnState {
  chosen: string[] | null;
  pinned: string[];
  widths: Record<string, number>;
}

const NARROWEST = 48;

export class ColumnLayout {
  get all(): readonly IColumn[] {
    return this._all;
  }

  /** Those in view: the pinned first, the others in their order. */
  get shown(): readonly IColumn[] {
    return this._shown;
  }

  get state(): IColumnState {
    return {
      chosen: this.chosen === null ? null : [...this.chosen],
      pinned: [...this.pinned],
      widths: Object.fromEntries(this.widths)
    };
  }

  set state({ chosen, pinned, widths }: IColumnState) {
    this.chosen = chosen === null ? null : new Set(chosen);
    this.pinned = new Set(pinned);
    this.widths = new Map(Object.entries(widths));
    this.arrange();
  }

  /** New columns; `rows` are some of what stands in them, which tells how wide they want to be. */
  set(columns: readonly IColumn[], rows: readonly IRunRow[]): void {
    this._all = columns;
    this.natural = new Map(columns.map(column => [column.key, naturalWidth(rows, column)]));
    this.arrange();
  }

  isShown(key: string): boolean {
    return this._shown.some(column => column.key === key);
  }

  isPinned(key: string): boolean {
    return this.pinned.has(key);
  }

  toggle(key: string): void {
    const chosen = this.chosen ?? usual(this._all);
    if (this.isShown(key)) {
      chosen.delete(key);
      this.pinned.delete(key); // what is hidden stands nowhere
    } else {
      chosen.add(key);
    }
    this.chosen = chosen;
    this.arrange();
  }

  pin(key: string): void {
    if (!this.pinned.delete(key)) {
      this.pinned.add(key);
    }
    this.arrange();
  }

  width(key: string): number {
    return this.widths.get(key) ?? this.natural.get(key) ?? 104;
  }

  setWidth(key: string, width: number): void {
    this.widths.set(key, Math.max(NARROWEST, Math.round(width)));
  }

  private arrange(): void {
    const chosen = this.chosen ?? usual(this._all);
    const shown = this._all.filter(({ key }) => chosen.has(key) || this.pinned.has(key));
    this._shown = [
      ...shown.filter(({ key }) => this.pinned.has(key)),
      ...shown.filter(({ key }) => !this.pinned.has(key))
    ];
  }

  private chosen: Set<string> | null = null;
  private pinned = new Set<string>();
  private widths = new Map<string, number>();
  private natural = new Map<string, number>();
  private _all: readonly IColumn[] = [];
  private _shown: readonly IColumn[] = [];
}
