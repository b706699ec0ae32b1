/** The page's frame: the runs at the left, a bar, and one view at a time, whose link is the page's address. */

import { MessageLoop } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';
import type { IFeatureView } from '../core/features';
import { formatLink, type ILink } from '../core/links';

export class PageShell extends Panel {
  constructor() {
    super();
    this.id = 'main';
    this.addClass('mlnb-Page');
    this.side.addClass('mlnb-Page-side');
    this.side.node.setAttribute('role', 'complementary');
    this.bar.addClass('mlnb-Page-bar');
    this.stage.addClass('mlnb-Page-stage');
    this.stage.node.setAttribute('role', 'main');
    [this.side, this.bar, this.stage].forEach(part => this.addWidget(part));
  }

  /** The view in front. */
  get current(): IFeatureView | null {
    return this._current;
  }

  /** Emitted when another view came to the front, or what it shows changed. */
  get currentChanged(): ISignal<this, IFeatureView> {
    return this._currentChanged;
  }

  /** Gives a view its address. */
  linkOf: (view: IFeatureView) => ILink | null = () => null;

  /** The address of the view in front. */
  get link(): ILink | null {
    return this._current && this.linkOf(this._current);
  }

  add(widget: Widget, area = 'main'): void {
    if (area === 'left') {
      this.side.addWidget(widget);
    } else if (area === 'top') {
      this.bar.addWidget(widget);
    } else {
      widget.hide();
      this.stage.addWidget(widget);
    }
  }

  activateById(id: string): void {
    const widget = this.stage.widgets.find(one => one.id === id);
    if (widget === undefined || !isView(widget) || widget === this._current) {
      return;
    }
    this._current?.title.changed.disconnect(this.onTitle);
    this._current?.remembered?.disconnect(this.onTitle);
    this._current?.hide();
    this._current = widget;
    widget.title.changed.connect(this.onTitle);
    widget.remembered?.connect(this.onTitle);
    widget.show();
    MessageLoop.sendMessage(widget, Widget.ResizeMessage.UnknownSize);
    this.forgetOld();
    this.onTitle();
  }

  /** What was looked at long ago is made again if it is asked for: each open view follows its store. */
  private forgetOld(): void {
    const hidden = this.stage.widgets.filter(one => one !== this._current);
    hidden.slice(0, Math.max(0, hidden.length - KEPT)).forEach(one => one.dispose());
  }

  private readonly onTitle = (): void => {
    if (this._current !== null) {
      const { link } = this;
      this.node.dataset.mlnbLink = link === null ? '' : formatLink(link);
      this._currentChanged.emit(this._current);
    }
  };

  private readonly side = new Panel();
  private readonly bar = new Panel();
  private readonly stage = new Panel();
  private readonly _currentChanged = new Signal<this, IFeatureView>(this);
  private _current: IFeatureView | null = null;
}

const KEPT = 8;

function isView(widget: Widget): widget is IFeatureView {
  return 'about' in widget;
}
