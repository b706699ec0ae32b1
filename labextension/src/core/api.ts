/** The server's endpoints, one method each. */

import type { INotebookContent } from '@jupyterlab/nbformat';
import type { ServerConnection } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';
import { apiUrl, requestAPI, requestText } from './request';
import type {
  IBatch,
  ICell,
  IColumnInfo,
  IComparison,
  IGathering,
  IHistory,
  IModel,
  IModelVersion,
  IParameter,
  IPlannedField,
  IPlanRequest,
  IPromotion,
  IPromotionRequest,
  IRerunRequest,
  IRunDetail,
  IRunEdit,
  IRunPage,
  IRunRow,
  IStoreList
} from './tokens';

export interface IRunsQuery {
  where?: string;
  experiment?: string;
  groups?: boolean;
  limit?: number;
  offset?: number;
  since?: number;
  children?: boolean;
  order_by?: string;
  /** With the digests of each run's data. */
  data?: boolean;
}

/** Every call takes the store, since views of several stores can be open at once. */
export class Api {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  stores(path: string | null): Promise<IStoreList> {
    return this.get('stores', { path });
  }

  runs(store: string | null, query: IRunsQuery): Promise<IRunPage> {
    return this.get('runs', { store, ...query });
  }

  async columns(store: string | null, where: string): Promise<IColumnInfo[]> {
    return (await this.get<{ columns: IColumnInfo[] }>('columns', { store, where })).columns;
  }

  async run(store: string | null, runId: string): Promise<IRunDetail> {
    return (await this.get<{ run: IRunDetail }>(`runs/${runId}`, { store })).run;
  }

  async edit(store: string | null, runId: string, edit: IRunEdit): Promise<IRunRow> {
    const answer = await requestAPI<{ run: IRunRow }>(
      this.settings,
      `runs/${runId}`,
      { store },
      { method: 'PATCH', body: { ...edit } }
    );
    return answer.run;
  }

  remove(store: string | null, runId: string, force = false): Promise<null> {
    return requestAPI(this.settings, `runs/${runId}`, { store, force }, { method: 'DELETE' });
  }

  history(
    store: string | null,
    runId: string,
    metric: string,
    maxPoints: number
  ): Promise<IHistory> {
    return this.get(`runs/${runId}/history`, { store, metric, max_points: maxPoints });
  }

  /** One metric's curves in several runs, at most 50; null where a run hasn't got it. */
  async histories(
    store: string | null,
    runIds: readonly string[],
    metric: string,
    maxPoints: number
  ): Promise<(IHistory | null)[]> {
    const query = { store, runs: runIds.join(','), metric, max_points: maxPoints };
    return (await this.get<{ histories: (IHistory | null)[] }>('histories', query)).histories;
  }

  async cells(store: string | null, runId: string): Promise<ICell[]> {
    return (await this.get<{ cells: ICell[] }>(`runs/${runId}/cells`, { store })).cells;
  }

  notebook(store: string | null, runId: string): Promise<INotebookContent> {
    return this.get(`runs/${runId}/notebook`, { store });
  }

  /** Where the browser downloads it. */
  notebookUrl(store: string | null, runId: string): string {
    return apiUrl(this.settings, `runs/${runId}/notebook`, { store });
  }

  compare(store: string | null, runIds: readonly string[]): Promise<IComparison> {
    return this.get('compare', { store, runs: runIds.join(',') });
  }

  async models(store: string | null): Promise<IModel[]> {
    return (await this.get<{ models: IModel[] }>('models', { store })).models;
  }

  async register(
    store: string | null,
    model: string,
    run: string,
    name: string | null
  ): Promise<IModelVersion> {
    const answer = await requestAPI<{ version: IModelVersion }>(
      this.settings,
      `models/${encodeURIComponent(model)}/versions`,
      { store },
      { method: 'POST', body: { run, ...(name === null ? {} : { name }) } }
    );
    return answer.version;
  }

  async promote(store: string | null, body: IPromotionRequest): Promise<IPromotion> {
    const answer = await requestAPI<{ promotion: IPromotion }>(
      this.settings,
      'promotions',
      { store },
      { method: 'POST', body: { ...body } }
    );
    return answer.promotion;
  }

  async rollBack(
    store: string | null,
    model: string,
    alias: string,
    note: string,
    expected: number | null
  ): Promise<IPromotion> {
    const answer = await requestAPI<{ promotion: IPromotion }>(
      this.settings,
      'rollbacks',
      { store },
      { method: 'POST', body: { model, alias, note, expected } }
    );
    return answer.promotion;
  }

  /** What can be set in a notebook, or in a run's own. */
  async parameters(
    store: string | null,
    of: { path: string } | { run: string }
  ): Promise<IParameter[]> {
    const query = { store, ...of };
    return (await this.get<{ parameters: IParameter[] }>('notebooks/parameters', query)).parameters;
  }

  /** How the texts of a form are understood. */
  async plan(store: string | null, body: IPlanRequest): Promise<IPlannedField[]> {
    const answer = await requestAPI<{ fields: IPlannedField[] }>(
      this.settings,
      'plans',
      { store },
      { method: 'POST', body: { ...body } }
    );
    return answer.fields;
  }

  /** Start a batch. Without a store it goes where the notebook logs. */
  async rerun(store: string | null, body: IRerunRequest): Promise<IBatch> {
    const answer = await requestAPI<{ batch: IBatch }>(
      this.settings,
      'reruns',
      { store },
      { method: 'POST', body: body as unknown as PartialJSONObject }
    );
    return answer.batch;
  }

  async batch(store: string | null, batchId: string): Promise<IBatch> {
    return (await this.get<{ batch: IBatch }>(`reruns/${batchId}`, { store })).batch;
  }

  cancel(store: string | null, batchId: string): Promise<null> {
    return requestAPI(this.settings, `reruns/${batchId}`, { store }, { method: 'DELETE' });
  }

  /** An artifact that is text, as text. */
  text(store: string | null, { sha256 }: { sha256: string }): Promise<string> {
    return requestText(this.settings, `artifacts/${sha256}`, { store });
  }

  /** Ask a cell that runs to stop. */
  stop(store: string | null, runId: string): Promise<null> {
    return requestAPI(this.settings, `runs/${runId}/stop`, { store }, { method: 'POST' });
  }

  /** Begin a clean notebook of the cells that a run depends on. */
  async gather(store: string | null, runId: string): Promise<IGathering> {
    const answer = await requestAPI<{ gathering: IGathering }>(
      this.settings,
      `runs/${runId}/gather`,
      { store },
      { method: 'POST', body: {} }
    );
    return answer.gathering;
  }

  async gathering(store: string | null, id: string): Promise<IGathering> {
    return (await this.get<{ gathering: IGathering }>(`gatherings/${id}`, { store })).gathering;
  }

  /** Ask it to take the best so far. */
  stopGathering(store: string | null, id: string): Promise<null> {
    return requestAPI(this.settings, `gatherings/${id}`, { store }, { method: 'DELETE' });
  }

  /** Where the browser finds an artifact's bytes. */
  artifactUrl(
    store: string | null,
    artifact: { sha256: string; name?: string; media_type?: string }
  ): string {
    const { sha256, name, media_type } = artifact;
    return apiUrl(this.settings, `artifacts/${sha256}`, { store, name, media_type });
  }

  private get<T>(
    path: string,
    query: Record<string, string | number | boolean | null | undefined>
  ): Promise<T> {
    return requestAPI<T>(this.settings, path, query);
  }
}
