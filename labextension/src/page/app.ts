/**
 * The front end of the page at `<base_url>mlnb/`: JupyterLab's plugins of this package in a frame of their own.
 *
 * Of JupyterLab's application they use commands, a shell and `restored`; that is what this one has. It starts no
 * kernels, sessions or terminals, and asks for none.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { EventManager, ServerConnection } from '@jupyterlab/services';
import { Application } from '@lumino/application';
import { PageShell } from './shell';

export class PageApp extends Application<PageShell> {
  constructor() {
    super({ shell: new PageShell() });
    const serverSettings = ServerConnection.makeSettings();
    this.serviceManager = { serverSettings, events: new EventManager({ serverSettings }) };
  }

  readonly name = 'mlnb';
  readonly serviceManager: Pick<JupyterFrontEnd['serviceManager'], 'serverSettings' | 'events'>;

  /** There is no layout to restore. */
  get restored(): Promise<void> {
    return this.started;
  }
}
