/** The page's bar: where one is, the way to the tables, and the way to JupyterLab. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { JSX } from 'react';
import { CommandIDs } from '../commands';
import { experimentsIcon } from '../icons';
import { labUrl } from '../links';
import type { PageShell } from './shell';

const TABLES = [CommandIDs.openRuns, CommandIDs.openModels];

export class Bar extends ReactWidget {
  constructor(
    private readonly commands: CommandRegistry,
    private readonly shell: PageShell,
    private readonly trans: TranslationBundle,
    /** JupyterLab's address, or nothing where this server has none. */
    private readonly lab: string
  ) {
    super();
    this.id = 'mlnb-bar';
    shell.currentChanged.connect(() => this.update());
  }

  protected override render(): JSX.Element {
    const { trans } = this;
    const { current } = this.shell;
    const names = [trans.__('Runs'), trans.__('Models')];
    const kinds = ['runs', 'models'];
    return (
      <nav className="mlnb-Bar" aria-label={trans.__('Experiments')}>
        <experimentsIcon.react tag="span" className="mlnb-Bar-icon" />
        {TABLES.map((command, at) => (
          <button
            key={command}
            type="button"
            className="mlnb-Bar-item"
            aria-current={current?.link.kind === kinds[at] ? 'page' : undefined}
            onClick={() => void this.commands.execute(command)}
          >
            {names[at]}
          </button>
        ))}
        {current !== null && !kinds.includes(current.link.kind) && (
          <span className="mlnb-Bar-title" aria-current="page">
            {current.title.label}
          </span>
        )}
        {current !== null && this.lab !== '' && (
          <a className="mlnb-Bar-lab" href={labUrl(this.lab, current.link)}>
            {trans.__('Open in JupyterLab')}
          </a>
        )}
      </nav>
    );
  }
}
