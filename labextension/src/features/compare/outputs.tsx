/** What the runs printed, side by side; what is the same in all folds away. */

import type { JSX } from 'react';
import type { CompareModel } from './model';
import type { IArtifact, IComparison } from '../../core/tokens';
import { Folded } from '../../ui/parts';
import { useUi } from '../../ui/ui';

const LINES = 40;

export function OutputSection(props: {
  comparison: IComparison;
  model: CompareModel;
}): JSX.Element | null {
  const { trans } = useUi();
  const { comparison, model } = props;
  const texts = (model.details ?? []).map(detail =>
    detail.artifacts.filter(({ kind }) => kind === 'text')
  );
  const names = [...new Set(texts.flatMap(some => some.map(({ name }) => name)))];
  const rows = names.map(name => {
    const found = texts.map(some => some.find(artifact => artifact.name === name) ?? null);
    return { name, found, differs: new Set(found.map(one => one?.sha256)).size > 1 };
  });
  const differing = rows.filter(row => row.differs);
  const same = rows.filter(row => !row.differs);
  if (rows.length === 0) {
    return null;
  }
  return (
    <section className="mlnb-Section">
      <h3>{trans.__('Outputs')}</h3>
      {differing.map(({ name, found }) => (
        <div key={name} className="mlnb-Outputs">
          <h4>{name}</h4>
          <div className="mlnb-Aligned">
            {comparison.runs.map((run, index) => (
              <Output
                key={run.run_id}
                runId={run.run_id}
                artifact={found[index] ?? null}
                model={model}
              />
            ))}
          </div>
        </div>
      ))}
      {same.length > 0 && (
        <Folded summary={trans.__('Same in all: %1', same.length)}>
          <p className="mlnb-Quiet">{same.map(({ name }) => name).join(', ')}</p>
        </Folded>
      )}
    </section>
  );
}

function Output(props: {
  runId: string;
  artifact: IArtifact | null;
  model: CompareModel;
}): JSX.Element {
  const { trans, colors } = useUi();
  const { artifact, model } = props;
  const lines = (artifact === null ? '' : (model.text(artifact) ?? '…')).trimEnd().split('\n');
  const more = lines.length - LINES;
  return (
    <div className="mlnb-Figures-run" style={{ borderColor: colors.color(props.runId).color }}>
      {artifact === null ? (
        <p className="mlnb-Quiet">{trans.__('none')}</p>
      ) : (
        // The last lines say how it ended.
        <pre className="mlnb-Output">
          {more > 0 && <i>{trans.__('%1 lines before', more)}</i>}
          {more > 0 && '\n'}
          {lines.slice(-LINES).join('\n')}
        </pre>
      )}
    </div>
  );
}
