/** The view of one's own that the documentation shows, beside the panel's. */

import { type JupyterFrontEnd } from '@jupyterlab/application';
import { ServerConnection } from '@jupyterlab/services';
import { CommandRegistry } from '@lumino/commands';
import { type Widget } from '@lumino/widgets';
import { IFeatures } from 'mlnb';
import { expect, it, vi } from 'vitest';
import failures from '../example/failures';
import { Features } from '../src/core/features';
import { hostFeatures } from '../src/core/host';
import { parseLink } from '../src/core/links';

it('adds a view that opens, lists what it asks the server for, and leads to a run', async () => {
  const asked: string[] = [];
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/',
    fetch: (request: RequestInfo | URL) => {
      asked.push((request as Request).url);
      const runs = [{ run_id: 'R1', name: 'dry-elm', error: 'ValueError: no\nmore' }];
      return Promise.resolve(new Response(JSON.stringify({ runs })));
    }
  });
  const opened: Widget[] = [];
  const app = {
    name: 'JupyterLab',
    commands: new CommandRegistry(),
    serviceManager: { serverSettings },
    shell: { add: (view: Widget) => opened.push(view), activateById: vi.fn() }
  } as unknown as JupyterFrontEnd;
  const features = new Features();
  hostFeatures(app, features, { restorer: null, palette: null, launcher: null, category: '' });
  expect(failures.requires).toEqual([IFeatures]);
  await failures.activate(app, features);

  const wanted = features.read(parseLink('/failures?store=S') ?? expect.fail()) ?? expect.fail();
  await app.commands.execute(wanted.command, wanted.args);
  const [view] = opened;
  await vi.waitFor(() => expect(view?.node.textContent).toBe('dry-elm: ValueError: no'));
  expect(new URL(asked[0] ?? '').searchParams.get('store')).toBe('S');
  const openRun = vi.fn();
  app.commands.addCommand('mlnb:open-run', { execute: openRun });
  view?.node.querySelector('button')?.click();
  expect(openRun).toHaveBeenCalledWith({ run_id: 'R1', store_id: 'S' });
});
