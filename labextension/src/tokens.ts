/** What travels between the server and the panel. The server's answers are described as they are. */

/** A number in JSON; those that JSON can't hold travel as words. */
export type Num = number | 'NaN' | 'Infinity' | '-Infinity';
export type Scalar = string | number | boolean | null;

export type Status = 'running' | 'finished' | 'failed' | 'killed';

export interface IStoreInfo {
  id: string;
  path: string;
  name: string;
  current?: boolean;
}

export interface IRunRow {
  run_id: string;
  name: string;
  experiment: string;
  kind: 'cell' | 'script' | 'notebook';
  status: Status;
  parent_id: string | null;
  batch_id: string | null;
  rerun_of: string | null;
  notebook: string | null;
  cell_id: string | null;
  started_at: string;
  ended_at: string | null;
  duration_s: number | null;
  user: string | null;
  host: string | null;
  git_commit: string | null;
  git_dirty: boolean | null;
  exit_signal: number | null;
  error: string | null;
  note: string | null;
  params: Record<string, Scalar>;
  metrics: Record<string, Num | null>;
  tags: Record<string, string>;
  aliases: string[];
  /** The digests of its data by name, where they were asked for. */
  data?: Record<string, string>;
}

/** What a column of the table of runs holds, over all runs that match. */
export interface IColumnInfo {
  group: 'params' | 'metrics' | 'data' | 'run' | 'tags';
  name: string;
  /** How many runs have a value in it. */
  runs: number;
  /** All runs have `value` in it. */
  constant: boolean;
  value: Scalar;
  numeric: boolean;
  least: Num | null;
  greatest: Num | null;
  /** The column of a shorter name that has the same values. */
  repeats: string | null;
}

export interface IParamDetail {
  name: string;
  value: string;
  number: Num | null;
  type: string;
  source: string;
}

export interface IMetricDetail {
  name: string;
  last: Num | null;
  min: Num | null;
  max: Num | null;
  count: number;
  first_step: number | null;
  last_step: number | null;
  estimator: string | null;
  source: string;
}

export interface IColumnProfile {
  name: string;
  type: string;
  nulls?: number;
  distinct?: number | null;
  min?: number | string | null;
  max?: number | string | null;
  mean?: Num | null;
  std?: Num | null;
  /** Edges (numbers) or labels (text), and counts. */
  histogram?: [(number | string)[], number[]] | null;
}

export interface IDataset {
  name: string;
  role: string;
  type: string;
  rows: number | null;
  columns: number | null;
  bytes: number | null;
  digest: string;
  source: string;
  profile: IColumnProfile[];
}

export interface IArtifact {
  name: string;
  kind: string;
  media_type: string;
  bytes: number;
  sha256: string;
  source: string;
  metadata: Record<string, unknown> | null;
}

export interface IEnvironment {
  python: string;
  platform: string;
  packages: Record<string, string>;
}

export interface IVerdict {
  against: string;
  part: string;
  outcome: string;
  detail: string;
  time?: string;
}

export interface IProblem {
  where: string;
  message: string;
}

/** A model file, and the run that kept it: the run itself, or one of its cells. */
export interface IModelFile {
  run_id: string;
  run_name: string;
  name: string;
}

export interface IRunDetail extends IRunRow {
  /** The end of what it has printed, while it runs and where it was killed. */
  output: string | null;
  params_detail: IParamDetail[];
  metrics_detail: IMetricDetail[];
  datasets: IDataset[];
  artifacts: IArtifact[];
  environment: IEnvironment | null;
  verdicts: IVerdict[];
  problems: IProblem[];
  previous: IRunRow | null;
  children: IRunRow[];
  models: IModelFile[];
}

export interface ICell {
  ordinal: number;
  cell_id: string | null;
  execution_count: number | null;
  source: string;
  status: string;
  duration_s: number | null;
  reads: string[];
  writes: string[];
  own: boolean;
}

export interface IHistory {
  metric: string;
  steps: number[];
  values: Num[];
}

/** How far a batch is. */
export interface IBatchInfo {
  batch_id: string;
  name: string;
  state: 'running' | 'finished' | 'failed' | 'cancelled';
  /** The plan's runs, those that have ended, and of these those that ended badly. */
  total: number;
  done: number;
  failed: number;
  /** The parameters in which the plan's runs differ. */
  varied: string[];
}

export interface IGroup {
  experiment: string;
  total: number;
}

export interface IRunPage {
  /** Null where the notebook in front has logged nothing yet. */
  store: IStoreInfo | null;
  runs: IRunRow[];
  total: number;
  cursor: number;
  /** Runs deleted after `since`. */
  removed: string[];
  groups?: IGroup[];
  /** The batches of these runs. */
  batches?: IBatchInfo[];
}

export interface IValueRow<T = Scalar> {
  name: string;
  values: (T | null)[];
  differs: boolean;
}

export interface IDataRow extends IValueRow<{
  digest: string;
  rows: number | null;
  columns: number | null;
}> {
  changed_columns: string[];
}

export interface ICodeRow {
  cell_id: string | null;
  sources: (string | null)[];
  differs: boolean;
}

export interface IComparison {
  runs: IRunRow[];
  params: IValueRow[];
  metrics: IValueRow<Num>[];
  data: IDataRow[];
  code: ICodeRow[];
  environment: IValueRow<string>[];
  figures: { name: string; values: (string | null)[] }[];
}

export interface IModelVersion {
  version: number;
  run_id: string;
  run_name: string | null;
  format: string;
  created_at: string;
  created_by: string | null;
  aliases: string[];
}

export interface IGateResult {
  name: string;
  passed: boolean;
  message: string;
}

export interface IPromotion {
  promotion_id: string;
  model: string;
  alias: string;
  from_version: number | null;
  to_version: number | null;
  decision: 'promoted' | 'refused' | 'rolled_back';
  gates: IGateResult[];
  note: string;
  user: string | null;
  /** Null in a trial, which writes nothing. */
  time: string | null;
}

export interface IModel {
  model: string;
  versions: IModelVersion[];
  aliases: Record<string, number>;
  promotions: IPromotion[];
}

/** What a notebook's `parameters` cell assigns. */
export interface IParameter {
  name: string;
  /** The default's source text. */
  default: string;
  type: string;
  help: string;
}

export interface IBatch extends Omit<IBatchInfo, 'done' | 'failed' | 'varied'> {
  notebook: string;
  started_at: string;
  ended_at: string | null;
  plan: { run_id: string; params: Record<string, Scalar> }[];
  counts: Record<Status | 'waiting', number>;
  runs: IRunRow[];
}

export interface IRunEdit {
  name?: string;
  note?: string;
  tags?: Record<string, string | null>;
}

/** A hint on the event bus: something in this store is new. */
export interface IStoreChanged {
  store: string;
  cursor: number;
  runs: string[];
}

/** The run line under a tracked cell. */
export interface IRunLine {
  version: number;
  run_id: string;
  store_id: string;
  name: string;
  experiment: string;
  status: Status;
  duration_s: number | null;
  error: string | null;
  metrics: { name: string; value: Num; previous: Num | null }[];
  params: { name: string; value: Scalar }[];
  counts: Record<string, number>;
  previous: { run_id: string; name: string } | null;
}

export const RUN_LINE_MIME = 'application/vnd.mlnb.run+json';
export const STORE_CHANGED = 'https://mlnb.readthedocs.io/events/store_changed/v1';
