/** Saved views in JupyterLab's settings, where they can be read, shared and taken along. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { PartialJSONValue } from '@lumino/coreutils';
import type { ISavedView, IViewKeeper } from '../models/views';

const KEY = 'views';

export function settingsKeeper(registry: ISettingRegistry, plugin: string): IViewKeeper {
  return {
    load: async () => {
      const { composite } = await registry.get(plugin, KEY);
      return Array.isArray(composite) ? (composite as unknown as ISavedView[]) : [];
    },
    save: views => registry.set(plugin, KEY, views as unknown as PartialJSONValue)
  };
}

/** Without settings, views last as long as the page. */
export function passingKeeper(): IViewKeeper {
  let kept: ISavedView[] = [];
  return {
    load: () => Promise.resolve(kept),
    save: views => {
      kept = [...views];
      return Promise.resolve();
    }
  };
}
