/** Where saved views are kept: JupyterLab's settings, where they can be read, shared and taken along; else the browser. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { PartialJSONValue } from '@lumino/coreutils';
import type { ISavedView, IViewKeeper } from './views';

const KEY = 'views';
const STORED = 'mlnb:views';

export function settingsKeeper(registry: ISettingRegistry, plugin: string): IViewKeeper {
  return {
    load: async () => {
      const { composite } = await registry.get(plugin, KEY);
      return Array.isArray(composite) ? (composite as unknown as ISavedView[]) : [];
    },
    save: views => registry.set(plugin, KEY, views as unknown as PartialJSONValue)
  };
}

/** Without settings, views are this browser's; where it keeps nothing either, they last as long as the page. */
export function browserKeeper(storage: () => Storage): IViewKeeper {
  let kept = read(storage);
  return {
    load: () => Promise.resolve((kept = read(storage) ?? kept) ?? []),
    save: views => {
      kept = [...views];
      try {
        storage().setItem(STORED, JSON.stringify(kept));
      } catch {
        // full, or not allowed
      }
      return Promise.resolve();
    }
  };
}

function read(storage: () => Storage): ISavedView[] | null {
  try {
    const found: unknown = JSON.parse(storage().getItem(STORED) ?? 'null');
    return Array.isArray(found) ? (found as ISavedView[]) : null;
  } catch {
    return null;
  }
}
