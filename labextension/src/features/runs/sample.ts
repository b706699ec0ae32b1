/**
 * The runs behind the strip below the table: those that match the query without what is brushed on the strip's
 * own axes, so that what a brush leaves out can still be seen.
 */

import type { Api } from '../../core/api';
import { unbrushed } from '../../values/brushes';
import { ExploreModel } from '../../ui/explore/model';
import { Coalescer } from '../../core/model';
import type { RunTableModel } from './model';

export const SAMPLE = 2_000;

export class SampleModel extends ExploreModel {
  constructor(
    private readonly api: Pick<Api, 'runs'>,
    private readonly table: RunTableModel
  ) {
    super();
    table.changed.connect(this.follow);
  }

  override dispose(): void {
    this.table.changed.disconnect(this.follow);
    super.dispose();
  }

  override set(state: Parameters<ExploreModel['set']>[0]): void {
    super.set(state);
    this.follow();
  }

  private readonly follow = (): void => {
    if (this.state.open && this.table.ready && this.wanted() !== this.shown) {
      void this.loading.run();
    }
  };

  private get where(): string {
    const fields = this.axes.map(({ field }) => field).filter(field => field !== null);
    return unbrushed(this.table.where, new Set(fields));
  }

  /** What the rows depend on. */
  private wanted(): string {
    return `${this.table.looked} ${this.where}`;
  }

  private async load(): Promise<void> {
    const wanted = this.wanted();
    if (wanted === this.shown) {
      return;
    }
    this.shown = wanted;
    try {
      const page = await this.api.runs(this.table.store, { where: this.where, limit: SAMPLE });
      this.show(page.runs, this.table.columns, page.total);
    } catch {
      this.shown = ''; // said above the table, and tried again with it
    }
  }

  private readonly loading = new Coalescer(() => this.load());
  private shown = '';
}
