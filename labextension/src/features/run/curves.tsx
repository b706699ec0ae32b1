/** A run's curves, with those of the run before it behind them. */

import type { JSX } from 'react';
import { apart } from '../../values/doubled';
import { toNumber } from '../../values/format';
import type { CurvesModel } from '../../core/curves';
import type { ISeries } from '../../values/plotdata';
import type { IMetricDetail, IRunDetail } from '../../core/tokens';
import { Chart } from '../../ui/chart';
import { ChartBar } from '../../ui/chartbar';
import { useUi } from '../../ui/ui';

const CURVE_POINTS = 1_000;

/** The metrics that are curves, each under its shortest name. */
export function curved(run: IRunDetail): IMetricDetail[] {
  const { told } = apart(
    run.metrics_detail.map(metric => ({ ...metric, values: [metric.count, metric.last] }))
  );
  return told.filter(({ count }) => count > 1);
}

export function CurvesTab(props: {
  run: IRunDetail;
  curves: CurvesModel;
  store: string | null;
}): JSX.Element {
  const { trans } = useUi();
  const metrics = curved(props.run);
  return (
    <>
      <ChartBar />
      <div className="mlnb-Charts">
        {metrics.map(({ name }) => (
          <MetricCurve key={name} metric={name} {...props} />
        ))}
      </div>
      {props.run.previous && (
        <p className="mlnb-Quiet">
          {trans.__('The thin line is %1, the run before.', props.run.previous.name)}
        </p>
      )}
    </>
  );
}

/** The run's curve, and thin behind it that of the run before. */
function MetricCurve(props: {
  run: IRunDetail;
  metric: string;
  curves: CurvesModel;
  store: string | null;
}): JSX.Element {
  const { colors } = useUi();
  const { run, metric, curves, store } = props;
  const { previous } = run;
  const own = curves.get(store, run, metric, CURVE_POINTS);
  const before =
    previous && toNumber(previous.metrics[metric]) !== null
      ? curves.get(store, previous, metric, CURVE_POINTS)
      : null;
  const series: ISeries[] = [];
  if (before !== null && previous !== null && before.steps.length > 1) {
    series.push({
      label: previous.name,
      curve: before,
      color: 'var(--jp-ui-font-color2)',
      faint: true
    });
  }
  if (own !== null) {
    series.push({ label: run.name, curve: own, color: colors.color(run.run_id).color });
  }
  return <Chart title={metric} series={series} sync={`run-${run.run_id}`} />;
}
