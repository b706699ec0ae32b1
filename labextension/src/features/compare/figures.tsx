/** The figures of the runs, those of one name in a line. */

import type { JSX } from 'react';
import type { IComparison } from '../../core/tokens';
import { Figure } from '../run/files';
import { useUi } from '../../ui/ui';

export function FigureSection(props: {
  comparison: IComparison;
  artifactUrl: (artifact: { sha256: string; name: string; media_type: string }) => string;
}): JSX.Element | null {
  const { trans, colors } = useUi();
  const { figures, runs } = props.comparison;
  if (figures.length === 0) {
    return null;
  }
  return (
    <section className="mlnb-Section">
      <h3>{trans.__('Figures')}</h3>
      {figures.map(({ name, values }) => (
        <div key={name} className="mlnb-Aligned">
          {runs.map((run, index) => {
            const sha256 = values[index];
            const figure = { name: `${name} · ${run.name}`, media_type: 'image/png' };
            return sha256 ? (
              <div
                key={run.run_id}
                className="mlnb-Figures-run"
                style={{ borderColor: colors.color(run.run_id).color }}
              >
                <Figure figure={figure} url={props.artifactUrl({ ...figure, sha256 })} />
              </div>
            ) : null;
          })}
        </div>
      ))}
    </section>
  );
}
