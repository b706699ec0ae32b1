/** A React tree in a Lumino widget, with what every component needs around it. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { type IUi, UiContext } from './ui';

export class View extends ReactWidget {
  constructor(
    private readonly ui: IUi,
    private readonly content: () => JSX.Element,
    className: string
  ) {
    super();
    this.addClass('mlnb-View');
    this.addClass(className);
  }

  protected override render(): JSX.Element {
    return <UiContext.Provider value={this.ui}>{this.content()}</UiContext.Provider>;
  }
}
