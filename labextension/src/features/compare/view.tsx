/** Runs side by side: what differs first, what came of it, and the same folded away. */

import type { JSX } from 'react';
import { useEffect, useMemo } from 'react';
import { formatScalar } from '../../values/format';
import type { CompareModel } from './model';
import type { CurvesModel } from '../../core/curves';
import { ExploreModel } from '../../ui/explore/model';
import { useModel } from '../../core/model';
import { columnsAmong } from '../../values/runcolumns';
import type { IComparison, IRunRow } from '../../core/tokens';
import { CodeSection } from './code';
import { CurveSection } from './curves';
import { DataSection } from './data';
import { Differences } from './differences';
import { FigureSection } from './figures';
import { CompareHead } from './head';
import { OutputSection } from './outputs';
import { DataCells, MetricCells, TextCells, ValueRows } from './rows';
import { Explore } from '../../ui/explore/view';
import { Banner, Loading, Problem } from '../../ui/states';
import { useUi } from '../../ui/ui';

/** Fewer runs say more in their rows. */
const WORTH_PLOTTING = 3;

export interface ICompareViewProps {
  model: CompareModel;
  curves: CurvesModel;
  artifactUrl: (artifact: { sha256: string; name: string; media_type: string }) => string;
  onOpen: (row: IRunRow) => void;
}

export function CompareView(props: ICompareViewProps): JSX.Element {
  const { model } = props;
  useModel(model);
  useModel(props.curves);
  useEffect(() => model.look(), [model]);
  const { comparison, problem } = model;
  const retry = (): void => void model.refresh();
  if (comparison === null) {
    return problem ? <Problem error={problem} onRetry={retry} /> : <Loading rows={8} />;
  }
  return (
    <div className="mlnb-View-page">
      {problem && <Banner error={problem} onRetry={retry} />}
      <Values {...props} comparison={comparison} />
      <CurveSection comparison={comparison} curves={props.curves} store={model.store} />
      <ExploreSection comparison={comparison} onOpen={props.onOpen} />
      <CodeSection comparison={comparison} />
      <DataSection comparison={comparison} model={model} />
      <FigureSection comparison={comparison} artifactUrl={props.artifactUrl} />
      <OutputSection comparison={comparison} model={model} />
    </div>
  );
}

/** What can be said in a column a run. */
function Values(props: ICompareViewProps & { comparison: IComparison }): JSX.Element {
  const { trans } = useUi();
  const { comparison, model } = props;
  const { runs } = comparison;
  return (
    <div className="mlnb-Scroll">
      <table className="mlnb-Compare">
        <CompareHead runs={runs} model={model} onOpen={props.onOpen} />
        <Differences comparison={comparison} />
        <ValueRows
          title={trans.__('Metrics')}
          rows={comparison.metrics}
          width={runs.length}
          render={row => <MetricCells row={row} runs={runs} />}
        />
        <ValueRows
          title={trans.__('Parameters')}
          rows={comparison.params}
          width={runs.length}
          render={row => <TextCells values={row.values.map(value => formatScalar(value))} />}
        />
        <ValueRows
          title={trans.__('Data')}
          rows={comparison.data}
          width={runs.length}
          render={row => <DataCells row={row} />}
        />
        <ValueRows
          title={trans.__('Environment')}
          rows={comparison.environment}
          width={runs.length}
          render={row => <TextCells values={row.values.map(value => value ?? '–')} />}
        />
      </table>
    </div>
  );
}

function ExploreSection(props: {
  comparison: IComparison;
  onOpen: (row: IRunRow) => void;
}): JSX.Element | null {
  const { trans } = useUi();
  const { runs } = props.comparison;
  const model = useMemo(() => new ExploreModel(), []);
  useEffect(() => model.show(runs, columnsAmong(runs)), [model, runs]);
  return runs.length < WORTH_PLOTTING ? null : (
    <section className="mlnb-Section">
      <h3>{trans.__('Parameters and metrics')}</h3>
      <Explore ownColors model={model} onOpen={props.onOpen} />
    </section>
  );
}
