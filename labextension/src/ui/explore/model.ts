/** How runs are looked at together: the metric that is asked about, the axes, what stands against what. */

import { direction } from '../../values/metrics';
import { type IColumn, valueOf } from '../../values/runcolumns';
import type { IRunRow } from '../../core/tokens';
import { Model } from '../../core/model';

export const LOOKS = ['parallel', 'scatter', 'importance'] as const;
export type Look = (typeof LOOKS)[number];

/** What a view remembers; null leaves the choice to the data. */
export interface IExploreState {
  open: boolean;
  look: Look;
  metric: string | null;
  axes: string[] | null;
  x: string | null;
  y: string | null;
}

const MOST_AXES = 7;

export class ExploreModel extends Model {
  get state(): Readonly<IExploreState> {
    return this._state;
  }

  get rows(): readonly IRunRow[] {
    return this._rows;
  }

  /** Whether it is known by now which runs there are. */
  get ready(): boolean {
    return this._ready;
  }

  /** How many runs there are of which `rows` are some. */
  get total(): number {
    return this._total;
  }

  set(state: Partial<IExploreState>): void {
    this._state = { ...this._state, ...state };
    this.notify();
  }

  show(rows: readonly IRunRow[], columns: readonly IColumn[], total = rows.length): void {
    this._ready = true;
    this._rows = rows;
    this._total = total;
    this._columns = columns.filter(
      column => column.group === 'params' || column.group === 'metrics'
    );
    this._columns = withoutDoubles(rows, this._columns).filter(
      column => new Set(rows.map(row => valueOf(row, column)).filter(one => one !== null)).size > 1
    );
    this.notify();
  }

  /** Parameters and metrics that differ among the runs. */
  get columns(): readonly IColumn[] {
    return this._columns;
  }

  get params(): readonly IColumn[] {
    return this._columns.filter(({ group }) => group === 'params');
  }

  get metrics(): readonly IColumn[] {
    return this._columns.filter(({ group, numeric }) => group === 'metrics' && numeric);
  }

  /** The metric that is asked about: the chosen one, else one that scores a model and most runs have. */
  get metric(): IColumn | null {
    const ranked = [...this.metrics].sort(
      (a, b) =>
        Math.abs(direction(b.name)) - Math.abs(direction(a.name)) ||
        direction(b.name) - direction(a.name) ||
        b.runs - a.runs
    );
    return this.find(this._state.metric) ?? ranked[0] ?? null;
  }

  /** The axes in their order; until somebody chooses, the parameters that most runs have, then the metric. */
  get axes(): readonly IColumn[] {
    const { axes } = this._state;
    if (axes !== null) {
      return axes.map(key => this.find(key)).filter(column => column !== null);
    }
    const { metric } = this;
    // A list is what a loop went through: it has no place on an axis beside others.
    const common = this.params
      .filter(({ value }) => typeof value !== 'string' || !value.startsWith('['))
      .sort((a, b) => b.runs - a.runs)
      .slice(0, MOST_AXES - 1);
    return [...this.params.filter(column => common.includes(column)), ...(metric ? [metric] : [])];
  }

  toggleAxis(key: string): void {
    const keys = this.axes.map(column => column.key);
    this.set({ axes: keys.includes(key) ? keys.filter(one => one !== key) : [...keys, key] });
  }

  get x(): IColumn | null {
    return this.find(this._state.x) ?? this.axes.find(({ group }) => group === 'params') ?? null;
  }

  get y(): IColumn | null {
    return this.find(this._state.y) ?? this.metric;
  }

  private find(key: string | null): IColumn | null {
    return this._columns.find(column => column.key === key) ?? null;
  }

  private _state: IExploreState = {
    open: true,
    look: 'parallel',
    metric: null,
    axes: null,
    x: null,
    y: null
  };
  private _ready = false;
  private _rows: readonly IRunRow[] = [];
  private _total = 0;
  private _columns: readonly IColumn[] = [];
}

/**
 * The columns without those that say what one of a shorter name says: `SVC.C` beside `C`.
 *
 * A run may lack the longer name (another estimator was fitted in it), so only runs that have it are asked.
 */
function withoutDoubles(rows: readonly IRunRow[], columns: readonly IColumn[]): IColumn[] {
  const byKey = new Map(columns.map(column => [column.key, column]));
  const doubles = (column: IColumn): boolean => {
    const parts = column.name.split('.');
    return parts.some((_, place) => {
      const shorter = byKey.get(`${column.group}.${parts.slice(place).join('.')}`);
      return (
        place > 0 &&
        shorter !== undefined &&
        rows.every(row => {
          const value = valueOf(row, column);
          return value === null || value === valueOf(row, shorter);
        })
      );
    });
  };
  return columns.filter(column => column.repeats === null && !doubles(column));
}
