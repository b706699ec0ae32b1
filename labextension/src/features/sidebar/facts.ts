/** What the list says of a run beyond the run's own columns, worked out once for each state of the models. */

import { vocabulary } from '../../values/completion';
import { toNumber } from '../../values/format';
import { type IMetricValue, keyMetric } from '../../values/metrics';
import type { IRunRow } from '../../core/tokens';
import type { CurvesModel } from '../../core/curves';
import type { RunListModel } from '../../core/runlist';

const SPARK_POINTS = 24;
const TREND_RUNS = 6;

export interface IRunFacts {
  /** The metric that stands for the run. */
  metric: IMetricValue | null;
  /** The same metric's value in the run before. */
  before: { name: string; value: number } | null;
  /** The metric's curve in this run, if it has one. */
  curve: readonly number[] | null;
  /** The metric over the last runs, this one included. */
  trend: readonly number[];
}

export class Facts {
  constructor(
    private readonly runs: RunListModel,
    private readonly curves: CurvesModel,
    private readonly keyMetrics: readonly string[]
  ) {}

  /** `ask` for the run's curve if it isn't here yet. */
  of(row: IRunRow, ask: boolean): IRunFacts {
    this.keepUp();
    let facts = this.byRun.get(row.run_id);
    if (facts === undefined) {
      facts = this.workOut(row);
      this.byRun.set(row.run_id, facts);
    }
    if (facts.metric !== null && facts.curve === null) {
      const store = this.runs.store?.id ?? null;
      const curve = ask
        ? this.curves.get(store, row, facts.metric.name, SPARK_POINTS)
        : this.curves.peek(store, row, facts.metric.name, SPARK_POINTS);
      if (curve !== null) {
        facts = { ...facts, curve: curve.values };
        this.byRun.set(row.run_id, facts);
      }
    }
    return facts;
  }

  /** The metric that speaks for most of an experiment: that of its newest run that didn't break off. */
  heading(experiment: string): string | null {
    this.keepUp();
    return this.headings.get(experiment) ?? null;
  }

  /** What a query can name. */
  get words(): readonly string[] {
    this.keepUp();
    return this._words;
  }

  private keepUp(): void {
    if (this.runs.revision === this.revision) {
      return;
    }
    this.revision = this.runs.revision;
    this.byRun.clear();
    this.headings.clear();
    const names = {
      params: new Set<string>(),
      metrics: new Set<string>(),
      tags: new Set<string>()
    };
    for (const row of this.runs.loaded()) {
      for (const space of ['params', 'metrics', 'tags'] as const) {
        Object.keys(row[space]).forEach(name => names[space].add(name));
      }
      const settled = row.status === 'running' || row.status === 'finished';
      if (settled && !this.headings.has(row.experiment)) {
        const metric = keyMetric(row, this.keyMetrics);
        if (metric !== null) {
          this.headings.set(row.experiment, metric.name);
        }
      }
    }
    this._words = vocabulary(names);
  }

  private workOut(row: IRunRow): IRunFacts {
    const metric = keyMetric(row, this.keyMetrics);
    if (metric === null) {
      return { metric: null, before: null, curve: null, trend: [] };
    }
    const trend = [metric.value];
    let before: IRunFacts['before'] = null;
    let other = this.runs.previous(row);
    while (other !== null && trend.length < TREND_RUNS) {
      const value = toNumber(other.metrics[metric.name]);
      if (value !== null) {
        before ??= { name: other.name, value };
        trend.unshift(value);
      }
      other = this.runs.previous(other);
    }
    return { metric, before, curve: null, trend };
  }

  private readonly byRun = new Map<string, IRunFacts>();
  private readonly headings = new Map<string, string>();
  private _words: string[] = [];
  private revision = -1;
}
