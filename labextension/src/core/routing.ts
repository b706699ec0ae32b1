/** Addresses in JupyterLab: opens what the URL names, once everything is there. */

import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { CommandIDs } from './commands';
import { linkInSearch, pageUrl } from './links';
import { targetOf } from './target';
import type { Workspace } from './workspace';

const FOLLOW = 'mlnb:follow-link';

export function addLinks(app: JupyterFrontEnd, router: IRouter | null, workspace: Workspace): void {
  const { commands } = app;
  const { trans } = workspace;
  commands.addCommand(FOLLOW, {
    execute: async args => {
      const { path, search, hash } = args as unknown as IRouter.ILocation;
      const { link, rest } = linkInSearch(search ?? '');
      // A reload must not open it again over what the person did since.
      router?.navigate(`${path}${rest}${hash}`, { skipRouting: true });
      await app.restored;
      const wanted = link === null ? null : workspace.features.read(link);
      if (wanted !== null) {
        await commands.execute(wanted.command, wanted.args);
      }
    }
  });
  router?.register({ command: FOLLOW, pattern: /[?&]mlnb=/ });

  commands.addCommand(CommandIDs.copyLink, {
    label: trans.__('Copy Link to Run'),
    isEnabled: args => targetOf(workspace, args).runs.length > 0,
    execute: args => {
      const { runs, storeId } = targetOf(workspace, args);
      const { baseUrl } = app.serviceManager.serverSettings;
      Clipboard.copyToSystem(
        pageUrl(baseUrl, { kind: runs.length > 1 ? 'compare' : 'run', ids: runs, storeId })
      );
    }
  });
}
