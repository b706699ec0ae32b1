/** A view of one's own in the Experiments panel: the runs that failed, each with its error's first line. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { Widget } from '@lumino/widgets';
import { type IAbout, IFeatures, type IFeatureView } from 'mlnb';

interface IRun {
  run_id: string;
  name: string;
  error: string | null;
}

class Failures extends Widget implements IFeatureView {
  constructor(
    private readonly app: JupyterFrontEnd,
    readonly about: IAbout
  ) {
    super();
    this.title.label = 'Failures';
    void this.look();
  }

  private async look(): Promise<void> {
    const { serverSettings } = this.app.serviceManager;
    const query = new URLSearchParams({ where: "status = 'failed'", limit: '100' });
    if (this.about.store_id !== null) {
      query.set('store', this.about.store_id);
    }
    const url = URLExt.join(serverSettings.baseUrl, 'mlnb/api/runs');
    const answer = await ServerConnection.makeRequest(`${url}?${query}`, {}, serverSettings);
    const { runs } = (await answer.json()) as { runs: IRun[] };
    this.node.replaceChildren(...runs.map(run => this.line(run)));
  }

  private line({ run_id, name, error }: IRun): HTMLElement {
    const line = document.createElement('button');
    line.textContent = `${name}: ${error?.split('\n')[0] ?? 'no error recorded'}`;
    line.onclick = () =>
      void this.app.commands.execute('mlnb:open-run', { run_id, store_id: this.about.store_id });
    return line;
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb-failures:plugin',
  autoStart: true,
  requires: [IFeatures],
  activate: (app: JupyterFrontEnd, features: IFeatures) => {
    features.add<IAbout>({
      kind: 'failures',
      command: 'mlnb-failures:open',
      label: 'Show Failures',
      palette: true,
      place: 'Failures',
      parse: ({ store_id }) => ({ store_id: typeof store_id === 'string' ? store_id : null }),
      ids: () => [],
      args: ids => (ids.length === 0 ? {} : null),
      open: about => Promise.resolve(new Failures(app, about))
    });
  }
};

export default plugin;
