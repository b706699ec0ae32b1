/** What follows from each feature in a front end of Jupyter's: its command and where that is listed, its tabs, its return. */

import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { type ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import {
  type Features,
  type IAbout,
  type IFeature,
  type IFeatureView,
  keyOf,
  linkOf
} from './features';
import { pageUrl } from './links';

/** The front end whose main area holds one widget, its notebook, and refuses others. */
const SINGLE = 'Jupyter Notebook';

export interface IPlaces {
  restorer: ILayoutRestorer | null;
  palette: ICommandPalette | null;
  launcher: ILauncher | null;
  /** What they are listed under. */
  category: string;
}

/** Give all features, now and to come, what follows from them. */
export function hostFeatures(app: JupyterFrontEnd, features: Features, places: IPlaces): void {
  let rank = 0;
  const host = (feature: IFeature): void => {
    const { command, label, caption, icon, place } = feature;
    const { category, palette, launcher } = places;
    const open = opener(app, features, feature, places.restorer);
    app.commands.addCommand(command, {
      label: args => (args.isLauncher && place !== undefined ? place : label),
      ...(caption === undefined ? {} : { caption }),
      icon: args => (args.isPalette ? undefined : icon),
      isEnabled: args => feature.parse(args) !== null,
      execute: async args => {
        const about = feature.parse(args);
        if (about !== null) {
          await open(about, stateIn(args));
        }
      }
    });
    if (feature.palette) {
      palette?.addItem({ command, category });
    }
    if (place !== undefined) {
      launcher?.add({ command, category, rank: (rank += 1) });
    }
  };
  [...features].forEach(host);
  features.added.connect((_, feature) => host(feature));
}

/** Opens a view, or the one that shows the same; in a tab of the browser where the shell has no place for it. */
function opener(
  app: JupyterFrontEnd,
  features: Features,
  feature: IFeature,
  restorer: ILayoutRestorer | null
): (about: IAbout, state: ReadonlyJSONObject | null) => Promise<void> {
  if (app.name === SINGLE) {
    const { baseUrl } = app.serviceManager.serverSettings;
    return about => {
      window.open(pageUrl(baseUrl, linkOf(feature, about)), '_blank', 'noopener');
      return Promise.resolve();
    };
  }
  const { shell } = app;
  const namespace = `mlnb-${feature.kind}`;
  const tracker = new WidgetTracker<IFeatureView>({ namespace });
  const opening = new Map<string, Promise<IFeatureView>>();
  const key = (view: IFeatureView): string => keyOf(feature, view.about);
  void restorer?.restore(tracker, {
    command: feature.command,
    args: ({ about, state }) => ({ ...about, state: state ?? null }),
    name: key
  });

  const make = async (about: IAbout, state: ReadonlyJSONObject | null): Promise<IFeatureView> => {
    const view = await feature.open(about, state);
    view.id ||= `${namespace}:${keyOf(feature, about)}`;
    features.own(view, feature);
    void tracker.add(view);
    view.remembered?.connect(changed => void tracker.save(changed));
    shell.add(view, 'main', { type: 'Experiments' });
    return view;
  };
  return async (about, state) => {
    const wanted = keyOf(feature, about);
    let view = tracker.find(open => !open.isDisposed && key(open) === wanted);
    if (view === undefined) {
      // Asked for twice in a row, it is made once.
      const made = opening.get(wanted) ?? make(about, state);
      opening.set(wanted, made);
      view = await made.finally(() => opening.delete(wanted));
    }
    shell.activateById(view.id);
  };
}

/** What a view that comes back remembers. */
function stateIn({ state }: Readonly<Record<string, unknown>>): ReadonlyJSONObject | null {
  return typeof state === 'object' ? (state as ReadonlyJSONObject | null) : null;
}
