/** The page's frame: the runs at the left, a bar, and one view at a time, whose link is the page's address. */

import { MessageLoop } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';
import { formatLink, type ILink } from '../links';

/** A view that has an address. */
export interface ILinked {
  readonly link: ILink;
}

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
  get current(): (Widget & ILinked) | null {
    return this._current;
  }

  /** Emitted when another view came to the front, or what it shows changed. */
  get currentChanged(): ISignal<this, Widget & ILinked> {
    return this._currentChanged;
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
    if (widget === undefined || !isLinked(widget) || widget === this._current) {
      return;
    }
    this._current?.title.changed.disconnect(this.onTitle);
    this._current?.hide();
    this._current = widget;
    widget.title.changed.connect(this.onTitle);
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
      this.node.dataset.mlnbLink = formatLink(this._current.link);
      this._currentChanged.emit(this._current);
    }
  };

  private readonly side = new Panel();
  private readonly bar = new Panel();
  private readonly stage = new Panel();
  private readonly _currentChanged = new Signal<this, Widget & ILinked>(this);
  private _current: (Widget & ILinked) | null = null;
}

const KEPT = 8;

function isLinked(widget: Widget): widget is Widget & ILinked {
  return 'link' in widget;
}
