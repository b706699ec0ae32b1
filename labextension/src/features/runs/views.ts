/** Views of the table that somebody saved under a name: query, order, columns and plots, for one experiment. */

import type { IExploreState } from '../../ui/explore/model';
import { Model } from '../../core/model';
import type { ITableState } from './model';

export interface ISavedView {
  name: string;
  /** Null where it is for all experiments. */
  experiment: string | null;
  table: ITableState;
  explore: IExploreState;
}

/** Where views are kept: JupyterLab's settings, or the browser's storage on a page of its own. */
export interface IViewKeeper {
  load: () => Promise<ISavedView[]>;
  save: (views: readonly ISavedView[]) => Promise<void>;
}

export class SavedViewsModel extends Model {
  constructor(private readonly keeper: IViewKeeper) {
    super();
  }

  /** The views of an experiment, and those of all. */
  of(experiment: string | null): readonly ISavedView[] {
    return this.views.filter(view => view.experiment === null || view.experiment === experiment);
  }

  async refresh(): Promise<void> {
    this.views = (await this.keeper.load()).filter(isView);
    this.notify();
  }

  /** A view of the same name and experiment gives way. */
  async save(view: ISavedView): Promise<void> {
    await this.refresh();
    await this.keep([...this.views.filter(other => !same(other, view)), view]);
  }

  async remove(view: ISavedView): Promise<void> {
    await this.refresh();
    await this.keep(this.views.filter(other => !same(other, view)));
  }

  private async keep(views: ISavedView[]): Promise<void> {
    this.views = views;
    this.notify();
    await this.keeper.save(views);
  }

  private views: ISavedView[] = [];
}

function same(a: ISavedView, b: ISavedView): boolean {
  return a.name === b.name && a.experiment === b.experiment;
}

/** Settings are written by people too: what isn't a view is left out. */
function isView(found: unknown): found is ISavedView {
  const { name, table } = (found ?? {}) as { name?: unknown; table?: Partial<ITableState> };
  return (
    typeof name === 'string' && typeof table?.where === 'string' && table.columns !== undefined
  );
}
