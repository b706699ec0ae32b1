/** The page's bar: where one is, the way to the tables, and the way to JupyterLab. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { JSX } from 'react';
import type { Features } from '../core/features';
import { experimentsIcon } from '../ui/icons';
import { labUrl } from '../core/links';
import type { PageShell } from './shell';

export class Bar extends ReactWidget {
  constructor(
    private readonly commands: CommandRegistry,
    private readonly features: Features,
    private readonly shell: PageShell,
    private readonly trans: TranslationBundle,
    /** JupyterLab's address, or nothing where this server has none. */
    private readonly lab: string
  ) {
    super();
    this.id = 'mlnb-bar';
    shell.currentChanged.connect(() => this.update());
    features.added.connect(() => this.update());
  }

  protected override render(): JSX.Element {
    const { trans } = this;
    const { current, link } = this.shell;
    const places = [...this.features].filter(({ place }) => place !== undefined);
    return (
      <nav className="mlnb-Bar" aria-label={trans.__('Experiments')}>
        <experimentsIcon.react tag="span" className="mlnb-Bar-icon" />
        {places.map(({ kind, command, place }) => (
          <button
            key={kind}
            type="button"
            className="mlnb-Bar-item"
            aria-current={link?.kind === kind ? 'page' : undefined}
            onClick={() => void this.commands.execute(command)}
          >
            {place}
          </button>
        ))}
        {current !== null && places.every(({ kind }) => kind !== link?.kind) && (
          <span className="mlnb-Bar-title" aria-current="page">
            {current.title.label}
          </span>
        )}
        {link !== null && this.lab !== '' && (
          <a className="mlnb-Bar-lab" href={labUrl(this.lab, link)}>
            {trans.__('Open in JupyterLab')}
          </a>
        )}
      </nav>
    );
  }
}
