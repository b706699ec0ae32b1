/** Renders mlnb's displays in notebooks: runs, comparisons, live views, batches. They need no kernel. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import type { Api } from '../../core/api';
import { type IUi, UiContext } from '../../ui/ui';
import { changedLines } from '../compare/different';
import { NotebookView } from '../../widgets/notebookview';
import {
  type IComparisonView,
  type IHost,
  isView,
  type View,
  VIEW_MIME
} from '../../widgets/tokens';

const MOST_CURVES = 8;
const CURVE_POINTS = 300;

export class ViewRenderer extends ReactWidget implements IRenderMime.IRenderer {
  constructor(
    private readonly ui: IUi,
    private readonly hostOf: (storeId: string | null) => IHost
  ) {
    super();
    this.addClass('mlnb-View');
    this.addClass('mlnb-Nb');
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const view = model.data[VIEW_MIME] as unknown;
    if (!isView(view)) {
      return Promise.reject(new Error('this display needs a newer mlnb'));
    }
    if (this.view?.store_id !== view.store_id) {
      this.host = this.hostOf(view.store_id);
    }
    this.view = view;
    this.update();
    return this.renderPromise ?? Promise.resolve();
  }

  protected override render(): JSX.Element | null {
    const { view, host } = this;
    return view === null || host === null ? null : (
      <UiContext.Provider value={this.ui}>
        <NotebookView view={view} host={host} />
      </UiContext.Provider>
    );
  }

  private view: View | null = null;
  private host: IHost | null = null;
}

/** Before text/html and before widgets, which a notebook that is opened again can't show. */
export function viewFactory(
  ui: IUi,
  hostOf: (storeId: string | null) => IHost
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [VIEW_MIME],
    defaultRank: -20,
    createRenderer: () => new ViewRenderer(ui, hostOf)
  };
}

/** What a display asks, answered by the server. */
export function serverHost(
  api: Api,
  storeId: string | null,
  open: Pick<IHost, 'openRun' | 'openCompare'>
): IHost {
  return {
    page: query => api.runs(storeId, query),
    compare: runIds => compared(api, storeId, runIds),
    stopRun: runId => api.stop(storeId, runId),
    cancelBatch: batchId => api.cancel(storeId, batchId),
    ...open
  };
}

async function compared(
  api: Api,
  storeId: string | null,
  runIds: readonly string[]
): Promise<IComparisonView> {
  const found = await api.compare(storeId, runIds);
  const names = [...found.metrics]
    .sort((a, b) => Number(b.differs) - Number(a.differs))
    .map(({ name }) => name);
  const curves: IComparisonView['curves'] = [];
  for (const name of names.slice(0, MOST_CURVES)) {
    const lines = await Promise.all(
      found.runs.map(run =>
        name in run.metrics
          ? api.history(storeId, run.run_id, name, CURVE_POINTS)
          : Promise.resolve(null)
      )
    );
    if (lines.some(line => line !== null && line.steps.length > 1)) {
      curves.push({ name, lines });
    }
  }
  return {
    version: 1,
    kind: 'comparison',
    store_id: storeId,
    ...found,
    code: found.code.map(({ cell_id, differs, sources }) => ({
      cell_id,
      differs,
      diffs: sources.map(source => {
        const lines = changedLines(sources[0] ?? '', source ?? '');
        return lines === 0 ? null : [`@@ ${lines} lines differ; the panel shows them @@`];
      })
    })),
    curves,
    more_curves: Math.max(0, names.length - MOST_CURVES)
  };
}
