/** The runs' curves over one another, a chart a metric. */

import type { JSX } from 'react';
import { apart } from '../../values/doubled';
import { toNumber } from '../../values/format';
import type { CurvesModel } from '../../core/curves';
import type { IComparison } from '../../core/tokens';
import type { ISeries } from '../../values/plotdata';
import { Chart } from '../../ui/chart';
import { ChartBar } from '../../ui/chartbar';
import { useUi } from '../../ui/ui';

const CURVE_POINTS = 1_000;

export function CurveSection(props: {
  comparison: IComparison;
  curves: CurvesModel;
  store: string | null;
}): JSX.Element | null {
  const { trans, colors } = useUi();
  const { comparison, curves, store } = props;
  const charts = apart(comparison.metrics).told.map(({ name }) => ({
    name,
    series: comparison.runs.flatMap((run): ISeries[] => {
      if (toNumber(run.metrics[name]) === null) {
        return [];
      }
      const curve = curves.get(store, run, name, CURVE_POINTS);
      const { color, dash } = colors.color(run.run_id);
      return curve && curve.steps.length > 1 ? [{ label: run.name, curve, color, dash }] : [];
    })
  }));
  const drawn = charts.filter(({ series }) => series.length > 0);
  if (drawn.length === 0) {
    return null;
  }
  return (
    <section className="mlnb-Section">
      <h3>{trans.__('Curves')}</h3>
      <ChartBar />
      <div className="mlnb-Charts">
        {drawn.map(({ name, series }) => (
          <Chart
            key={name}
            title={name}
            series={series}
            sync={`compare-${comparison.runs.map(({ run_id }) => run_id).join()}`}
          />
        ))}
      </div>
    </section>
  );
}
