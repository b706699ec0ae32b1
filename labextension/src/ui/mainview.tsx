/** A view of the main area that follows the store as long as it is open. */

import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import type { JSX } from 'react';
import type { IAbout, IFeatureView } from '../core/features';
import type { Hint } from '../core/live';
import type { Workspace } from '../core/workspace';
import { View } from './view';

interface ILiveModel {
  catchUp(hint: Hint): Promise<void>;
  refresh(): Promise<void>;
  dispose(): void;
}

export interface IMainViewOptions<A extends IAbout> {
  kind: string;
  about: A;
  /** What the person had set in it. */
  state?: ReadonlyJSONObject | null;
  model: ILiveModel;
  content: () => JSX.Element;
  /** The runs that commands without arguments are about while this view is in use. */
  inHand?: () => string[];
}

export class MainView<A extends IAbout = IAbout>
  extends MainAreaWidget<View>
  implements IFeatureView<A>
{
  constructor(workspace: Workspace, options: IMainViewOptions<A>) {
    const { kind, model, content, inHand = () => [] } = options;
    super({ content: new View(workspace.ui, content, `mlnb-View-${kind}`) });
    this._about = options.about;
    this._state = options.state ?? null;
    this.model = model;
    this.toolbar.hide();
    const slot = (_: unknown, hint: Hint): void => {
      if (this.isVisible) {
        void model.catchUp(hint);
      } else {
        this.missed = true; // behind another tab it asks for nothing
      }
    };
    workspace.live.hinted.connect(slot);
    this.disposed.connect(() => {
      workspace.live.hinted.disconnect(slot);
      workspace.letGo(this);
      model.dispose();
    });
    // Commands are about what was touched last, as the keyboard and the context menu have it.
    const touched = (): void => workspace.takeInHand(this, inHand);
    for (const event of ['pointerdown', 'contextmenu', 'focusin']) {
      this.node.addEventListener(event, touched, { capture: true });
    }
    void model.refresh();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    if (this.missed) {
      this.missed = false;
      void this.model.catchUp({ kind: 'resumed' });
    }
  }

  get about(): A {
    return this._about;
  }

  get state(): ReadonlyJSONObject | null {
    return this._state;
  }

  /** Emitted when what brings the view back has changed. */
  get remembered(): ISignal<this, void> {
    return this._remembered;
  }

  remember({ about, state }: { about?: A; state?: ReadonlyJSONObject }): void {
    const before = JSON.stringify([this._about, this._state]);
    this._about = about ?? this._about;
    this._state = state ?? this._state;
    if (JSON.stringify([this._about, this._state]) !== before) {
      this._remembered.emit();
    }
  }

  private _about: A;
  private _state: ReadonlyJSONObject | null;
  private readonly model: ILiveModel;
  private missed = false;
  private readonly _remembered = new Signal<this, void>(this);
}
