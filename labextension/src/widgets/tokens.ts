/** What a display's `application/vnd.mlnb.view+json` holds, as mlnb/widgets writes it; and who answers its questions. */

import type { IDataRow, IRunRow, IValueRow, Num, Scalar, Status } from '../core/tokens';

export const VIEW_MIME = 'application/vnd.mlnb.view+json';
export const VIEW_VERSION = 1;

interface IViewBase {
  version: number;
  store_id: string | null;
}

export interface ICurveData {
  steps: number[];
  values: Num[];
}

/** A cell that runs, and what is left of it when it is over. */
export interface ILiveView extends IViewBase {
  kind: 'live';
  run_id: string;
  name: string;
  status: Status;
  elapsed: number;
  rate: number | null;
  unit: string;
  turns: number | null;
  bars: IBar[];
  curves: (ICurveData & { name: string; count: number })[];
  more_curves: number;
}

export interface IBar {
  label: string;
  done: number;
  total: number | null;
  rate: number | null;
  unit: string;
  left: number | null;
}

export interface IColumn {
  name: string;
  number: boolean;
}

/** A table of runs: its first rows, and the question that gives them all (null: these are all that is kept). */
export interface IRunsView extends IViewBase {
  kind: 'runs';
  total: number;
  query: { where: string | null; order_by: string | null; children: boolean | null } | null;
  newest: string | null;
  columns: IColumn[];
  rows: Scalar[][];
  same: [string, string][];
  more_columns: number;
}

export interface IComparedRun {
  run_id: string;
  name: string;
  status: Status;
  experiment: string;
  aliases: string[];
}

export interface IComparisonView extends IViewBase {
  kind: 'comparison';
  runs: IComparedRun[];
  params: IValueRow[];
  metrics: IValueRow<Num>[];
  data: IDataRow[];
  environment: IValueRow<string>[];
  /** Each run's changes against the first, as lines of a unified diff; null where there are none. */
  code: { cell_id: string | null; differs: boolean; diffs: (string[] | null)[] }[];
  curves: { name: string; lines: (ICurveData | null)[] }[];
  more_curves: number;
}

export type BatchRunState = 'waiting' | 'running' | 'finished' | 'failed' | 'killed';

export interface IBatchView extends IViewBase {
  kind: 'batch';
  batch_id: string;
  name: string;
  notebook: string;
  state: 'running' | 'finished' | 'failed' | 'cancelled';
  elapsed: number;
  left: number | null;
  best: { name: string; metric: string; value: number } | null;
  runs: {
    run_id: string;
    name: string;
    state: BatchRunState;
    error: string | null;
    seconds: number | null;
    parameters: string;
  }[];
  more_runs: number;
}

export type View = ILiveView | IRunsView | IComparisonView | IBatchView;

export interface IPageQuery {
  where: string;
  order_by: string;
  children: boolean;
  offset: number;
  limit: number;
}

/** Where a view stands: JupyterLab asks the server, any other front end the kernel. What can't be done there is missing. */
export interface IHost {
  page: (query: IPageQuery) => Promise<{ runs: IRunRow[]; total: number }>;
  compare: (runIds: readonly string[]) => Promise<IComparisonView>;
  openRun?: (runId: string) => void;
  openCompare?: (runIds: readonly string[]) => void;
  stopRun?: (runId: string) => Promise<unknown>;
  cancelBatch?: (batchId: string) => Promise<unknown>;
}

export function isView(data: unknown): data is View {
  const view = data as Partial<View> | null | undefined;
  return (
    typeof view === 'object' &&
    view !== null &&
    typeof view.version === 'number' &&
    view.version <= VIEW_VERSION &&
    ['live', 'runs', 'comparison', 'batch'].includes(view.kind ?? '')
  );
}
