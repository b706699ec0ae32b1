/** Runs for the tests, with only what a test is about spelt out. */

import { nullTranslator } from '@jupyterlab/translation';
import { ColorBook } from '../src/values/colors';
import { ChartsModel } from '../src/core/charts';
import type { IUi } from '../src/ui/ui';
import type {
  IComparison,
  IRunLine,
  IRunRow,
  IColumnProfile,
  IDataset,
  IRunDetail
} from '../src/core/tokens';

export const STORE = { id: 'STORE', path: '.mlnb', name: 'work' };

let counter = 0;

export function run(parts: Partial<IRunRow> = {}): IRunRow {
  counter += 1;
  return {
    run_id: `RUN${counter}`,
    name: `amber-fox-${counter}`,
    experiment: 'churn',
    kind: 'cell',
    status: 'finished',
    parent_id: null,
    batch_id: null,
    rerun_of: null,
    notebook: 'train.ipynb',
    cell_id: 'c1',
    session_id: null,
    started_at: new Date(Date.UTC(2026, 9, 1) + counter * 1000).toISOString(),
    ended_at: null,
    duration_s: 1,
    user: null,
    host: null,
    origin: null,
    git_commit: null,
    git_dirty: null,
    env_id: null,
    seeds: null,
    exit_signal: null,
    error: null,
    note: null,
    changed: 0,
    first_cell: null,
    last_cell: null,
    params: {},
    metrics: {},
    tags: {},
    aliases: [],
    ...parts
  };
}

export function line(parts: Partial<IRunLine> = {}): IRunLine {
  return {
    version: 1,
    run_id: 'RUN',
    store_id: 'STORE',
    name: 'amber-fox-12',
    experiment: 'churn',
    status: 'finished',
    duration_s: 3.1,
    error: null,
    metrics: [],
    params: [],
    counts: {},
    previous: null,
    ...parts
  };
}

export function comparison(parts: Partial<IComparison> = {}): IComparison {
  return {
    runs: [run(), run()],
    params: [],
    metrics: [],
    data: [],
    code: [],
    environment: [],
    figures: [],
    ...parts
  };
}

export function ui(): IUi {
  return {
    trans: nullTranslator.load('mlnb'),
    colors: new ColorBook(),
    charts: new ChartsModel(),
    python: [],
    highlight: (source, element) => {
      element.textContent = source;
      return Promise.resolve();
    }
  };
}

/** A promise that the test settles. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>(done => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A run in full. */
export function detail(parts: Partial<IRunDetail> = {}): IRunDetail {
  return {
    ...run(),
    params_detail: [],
    metrics_detail: [],
    datasets: [],
    artifacts: [],
    environment: null,
    verdicts: [],
    checks: [],
    problems: [],
    output: null,
    previous: null,
    children: [],
    models: [],
    ...parts
  };
}

/** A table that a run used. */
export function dataset(parts: Partial<IDataset> = {}): IDataset {
  return {
    name: 'train',
    role: 'train',
    type: 'pandas.DataFrame',
    rows: 1000,
    columns: 4,
    bytes: null,
    digest: 'd5629e7801',
    row_hashes: null,
    source: 'fit',
    profile: [],
    ...parts
  };
}

export function column(parts: Partial<IColumnProfile> = {}): IColumnProfile {
  return {
    name: 'pay',
    type: 'float64',
    digest: 'c',
    nulls: 0,
    distinct: null,
    min: null,
    max: null,
    mean: null,
    std: null,
    histogram: null,
    ...parts
  };
}
