/**
 * A feature is one view of the main area, said in one place: what it is about, what it is called, how it opens.
 *
 * Everything else follows from that by loops over the features: the command, its place in the palette, the launcher and
 * the page's bar, the address, and that it comes back after a reload. Another extension adds a view of its own by the
 * token `mlnb:IFeatures`.
 */

import { type ReadonlyJSONObject, Token } from '@lumino/coreutils';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import { formatLink, type ILink } from './links';

/** What a view is about, in JSON: a run of a store, say. Each feature has a type of its own. */
export interface IAbout {
  /** Null leaves the store to the server. */
  readonly store_id: string | null;
}

export type Arguments = Readonly<Record<string, unknown>>;

/** A view. What it is about may change while it is open, and what the person has set in it too. */
export interface IFeatureView<A extends IAbout = IAbout> extends Widget {
  readonly about: A;
  readonly state?: ReadonlyJSONObject | null;
  /** Emitted when `about` or `state` has changed. */
  readonly remembered?: ISignal<IFeatureView<A>, void>;
}

export interface IFeature<A extends IAbout = IAbout> {
  /** Its name in addresses and layouts: small letters. */
  readonly kind: string;
  /** The command that opens it. */
  readonly command: string;
  readonly label: string;
  readonly caption?: string;
  readonly icon?: LabIcon;
  /** Whether the palette lists it. */
  readonly palette?: boolean;
  /** A word for the launcher and the bar of the page, where it has a place there. */
  readonly place?: string;
  /** What arguments name, which may be anything, from anywhere; null where they name nothing. */
  readonly parse: (args: Arguments) => A | null;
  /** The ids that stand in its address, and the arguments that such ids stand for. */
  readonly ids: (about: A) => readonly string[];
  readonly args: (ids: readonly string[]) => Arguments | null;
  /** Make the view; its code may be loaded then. */
  readonly open: (about: A, state: ReadonlyJSONObject | null) => Promise<IFeatureView<A>>;
}

/** Where features are added. */
export interface IFeatures {
  add: <A extends IAbout>(feature: IFeature<A>) => IDisposable;
}

export const IFeatures = new Token<IFeatures>(
  'mlnb:IFeatures',
  'The views of the Experiments panel; extensions add their own.'
);

/** All that there are, in the order in which they came. */
export class Features implements IFeatures {
  /** Emitted with each one that is added. */
  get added(): ISignal<this, IFeature> {
    return this._added;
  }

  add<A extends IAbout>(feature: IFeature<A>): IDisposable {
    const { kind } = feature;
    if (this.byKind.has(kind) || !/^[a-z][a-z-]*$/.test(kind)) {
      throw new Error(`a feature named '${kind}' can't be added: its name is taken, or no word`);
    }
    // What a feature is about is its own affair: it is given back what it has parsed.
    const known = feature as unknown as IFeature;
    this.byKind.set(kind, known);
    this._added.emit(known);
    return new DisposableDelegate(() => this.byKind.delete(kind));
  }

  [Symbol.iterator](): Iterator<IFeature> {
    return this.byKind.values();
  }

  find(kind: string): IFeature | null {
    return this.byKind.get(kind) ?? null;
  }

  /** The command and its arguments that an address stands for; null where it names no view. */
  read({ kind, ids, storeId }: ILink): { command: string; args: ReadonlyJSONObject } | null {
    const feature = this.find(kind);
    const args = feature?.args(ids) ?? null;
    return feature === null || args === null
      ? null
      : { command: feature.command, args: { ...args, store_id: storeId } };
  }

  /** Whose view it is. */
  own(view: IFeatureView, feature: IFeature): void {
    this.owners.set(view, feature);
  }

  /** The address of what a view shows now; null for what is no feature's. */
  linkTo(view: IFeatureView): ILink | null {
    const feature = this.owners.get(view);
    return feature === undefined ? null : linkOf(feature, view.about);
  }

  private readonly owners = new WeakMap<Widget, IFeature>();
  private readonly byKind = new Map<string, IFeature>();
  private readonly _added = new Signal<this, IFeature>(this);
}

/** The address of what a view shows. */
export function linkOf(feature: IFeature, about: IAbout): ILink {
  return { kind: feature.kind, ids: feature.ids(about), storeId: about.store_id };
}

/** What tells one view of a feature from another. */
export function keyOf(feature: IFeature, about: IAbout): string {
  return formatLink(linkOf(feature, about));
}
