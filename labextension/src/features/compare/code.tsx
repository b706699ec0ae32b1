/** The code of two of the compared runs, cell by cell. */

import type { JSX } from 'react';
import { useState } from 'react';
import type { IComparison } from '../../core/tokens';
import { CodeDiff } from '../../ui/code';
import { Folded } from '../../ui/parts';
import { useUi } from '../../ui/ui';

export function CodeSection({ comparison }: { comparison: IComparison }): JSX.Element | null {
  const { trans } = useUi();
  const { code, runs } = comparison;
  const [chosen, setChosen] = useState(1);
  const other = Math.min(chosen, runs.length - 1);
  if (code.length === 0 || runs.length < 2) {
    return null;
  }
  const differing = code.filter(({ sources }) => sources[0] !== sources[other]);
  const same = code.length - differing.length;
  return (
    <section className="mlnb-Section">
      <h3>
        {trans.__('Code')}
        <span className="mlnb-Section-aside">
          {runs[0]?.name} →{' '}
          {runs.length === 2 ? (
            runs[1]?.name
          ) : (
            <select
              value={other}
              aria-label={trans.__('Compare the code with')}
              onChange={event => setChosen(Number(event.target.value))}
            >
              {runs.slice(1).map((run, index) => (
                <option key={run.run_id} value={index + 1}>
                  {run.name}
                </option>
              ))}
            </select>
          )}
        </span>
      </h3>
      {differing.map(({ cell_id, sources }, index) => (
        <CodeDiff
          key={`${cell_id ?? index}-${other}`}
          before={sources[0] ?? ''}
          after={sources[other] ?? ''}
        />
      ))}
      {same > 0 && (
        <Folded summary={trans._n('%1 cell is the same', '%1 cells are the same', same)}>
          <ul className="mlnb-Same">
            {code
              .filter(row => !differing.includes(row))
              .map(({ cell_id, sources }, index) => (
                <li key={cell_id ?? index}>
                  <code>{(sources[0] ?? '').split('\n')[0]}</code>
                </li>
              ))}
          </ul>
        </Folded>
      )}
    </section>
  );
}
