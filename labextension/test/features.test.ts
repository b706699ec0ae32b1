/** Features: what an address means, and what follows from one that is added. */

import { type JupyterFrontEnd } from '@jupyterlab/application';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import { describe, expect, it, vi } from 'vitest';
import {
  Features,
  type IAbout,
  type IFeature,
  type IFeatureView,
  keyOf
} from '../src/core/features';
import { hostFeatures } from '../src/core/host';
import { formatLink, parseLink } from '../src/core/links';
import { addFeatures } from '../src/features';
import type { IContext } from '../src/features/context';
import { ui } from './examples';

const app = (): JupyterFrontEnd =>
  ({
    name: 'JupyterLab',
    commands: new CommandRegistry(),
    shell: {
      add: vi.fn((view: Widget) => Widget.attach(view, document.body)),
      activateById: vi.fn()
    }
  }) as unknown as JupyterFrontEnd;

function own(): Features {
  const features = new Features();
  const workspace = {
    features,
    trans: ui().trans,
    inHand: [],
    runs: { store: null },
    stores: { current: null }
  };
  addFeatures({ app: app(), workspace, settings: null } as unknown as IContext);
  return features;
}

describe('an address', () => {
  const features = own();

  it.each([
    '/run/01J0?store=01S',
    '/compare/01J0,01J1',
    '/runs',
    '/models?store=01S',
    '/batch/01B'
  ])('leads to a view whose address it is: %s', text => {
    const read = features.read(parseLink(text) ?? expect.fail()) ?? expect.fail();
    const feature = [...features].find(({ command }) => command === read.command) ?? expect.fail();
    expect(keyOf(feature, feature.parse(read.args) ?? expect.fail())).toBe(text);
  });

  it.each(['/run', '/run/a,b', '/compare/a', '/runs/a', '/batch', '/else/a'])(
    'names nothing: %s',
    text => expect(features.read(parseLink(text) ?? expect.fail())).toBeNull()
  );
});

describe('a feature', () => {
  class View extends Widget implements IFeatureView {
    constructor(readonly about: IAbout) {
      super();
    }
  }
  const feature = (open = vi.fn((about: IAbout) => Promise.resolve(new View(about)))) =>
    ({
      kind: 'drift',
      command: 'drift:open',
      label: 'Show Drift',
      palette: true,
      place: 'Drift',
      parse: args => ({ store_id: typeof args.store_id === 'string' ? args.store_id : null }),
      ids: () => [],
      args: () => ({}),
      open
    }) satisfies IFeature;

  it('has a command, and a place in the palette and the launcher, whenever it comes', () => {
    const [features, front] = [new Features(), app()];
    const palette = { placeholder: '', activate: vi.fn(), addItem: vi.fn() };
    const launcher = { add: vi.fn() };
    hostFeatures(front, features, { restorer: null, palette, launcher, category: 'Experiments' });
    features.add(feature());
    expect(front.commands.label('drift:open')).toBe('Show Drift');
    expect(palette.addItem).toHaveBeenCalledWith({
      command: 'drift:open',
      category: 'Experiments'
    });
    expect(launcher.add).toHaveBeenCalledTimes(1);
    expect(() => features.add(feature())).toThrow('drift');
  });

  it('opens once for the same, and anew when it was closed', async () => {
    const [features, front] = [new Features(), app()];
    const made = feature();
    hostFeatures(front, features, {
      restorer: null,
      palette: null,
      launcher: null,
      category: ''
    });
    features.add(made);
    const open = (): Promise<unknown> => front.commands.execute('drift:open', { store_id: 'S' });
    await Promise.all([open(), open()]);
    await open();
    expect(made.open).toHaveBeenCalledTimes(1);
    const view = (await made.open.mock.results[0]?.value) as View;
    expect(formatLink(features.linkTo(view) ?? expect.fail())).toBe('/drift?store=S');
    view.dispose();
    await open();
    expect(made.open).toHaveBeenCalledTimes(2);
    await front.commands.execute('drift:open', { store_id: 'T' });
    expect(made.open).toHaveBeenCalledTimes(3);
  });
});
