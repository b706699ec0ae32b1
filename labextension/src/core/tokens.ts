/** What travels between the server and the panel: the server's own description of it, under the panel's names. */

import type { components } from './schema';

type Schemas = components['schemas'];

/** A number in JSON; those that JSON can't hold travel as words. */
export type Num = Schemas['History']['values'][number];
export type Scalar = string | number | boolean | null;

export type IStoreInfo = Schemas['StoreRow'] & Partial<Schemas['StoreChoice']>;
export type IStoreList = Schemas['StoreList'];

export type IRunRow = Schemas['RunRow'];
export type Status = IRunRow['status'];
export type IRunPage = Schemas['RunList'];
export type IGroup = Schemas['ExperimentRow'];
/** What a column of the table of runs holds, over all runs that match. */
export type IColumnInfo = Schemas['Column'];

export type IRunDetail = Schemas['RunDetail'];
export type IParamDetail = Schemas['ParamDetail'];
export type IMetricDetail = Schemas['MetricDetail'];
export type IDataset = Schemas['DatasetDetail'];
export type IColumnProfile = Schemas['ColumnProfile'];
export type IArtifact = Schemas['ArtifactDetail'];
export type IEnvironment = Schemas['Environment'];
export type IVerdict = Schemas['Verdict'];
export type IProblem = Schemas['Problem'];
/** A model file, and the run that kept it: the run itself, or one of its cells. */
export type IModelFile = Schemas['ModelFile'];
export type ICell = Schemas['CellRow'];
export type IHistory = Schemas['History'];
export type IRunEdit = Partial<Schemas['RunEdit']>;

export type IComparison = Schemas['ComparedRuns'];
/** One name, and its value in each of the runs that are compared. */
export interface IValueRow<T = Scalar> {
  name: string;
  values: (T | null)[];
  differs: boolean;
}
export type IDataRow = Schemas['ComparedData'];
export type ICodeRow = Schemas['ComparedCode'];

export type IModel = Schemas['ModelRow'];
export type IModelVersion = Schemas['ListedVersion'];
export type IGateResult = Schemas['GateRow'];
export type IPromotion = Schemas['PromotionRow'];
export type IPromotionRequest = Schemas['NewPromotion'];

/** What a notebook's `parameters` cell assigns. */
export type IParameter = Schemas['NotebookParameter'];
export type IPlannedField = Schemas['PlannedField'];
export type IPlanRequest = Schemas['NewPlan'];
export type IRerunRequest = Schemas['NewRerun'];
export type IBatch = Schemas['BatchRow'];
/** A clean notebook in the making. */
export type IGathering = Schemas['GatheringRow'];
/** How far a batch is. */
export type IBatchInfo = Schemas['BatchProgress'];

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
