/** A tracked cell while it runs: curves, progress, rate, Stop. When it is over, its curves. */

import type { JSX } from 'react';
import { useMemo } from 'react';
import { Chart } from '../ui/chart';
import { StatusDot } from '../ui/status';
import { useUi } from '../ui/ui';
import { formatCount, formatDuration, formatNumber } from '../values/format';
import { curveOf, ProgressBar, StopButton, useSilent } from './parts';
import type { IHost, ILiveView } from './tokens';

const HEIGHT = 120;

export function LiveView({ view, host }: { view: ILiveView; host: IHost }): JSX.Element | null {
  const { trans } = useUi();
  const running = view.status === 'running';
  const silent = useSilent(view, running);
  const charts = useMemo(
    () =>
      view.curves.map((curve, index) => ({
        name: curve.name,
        series: [
          {
            label: curve.name,
            curve: curveOf(curve),
            color: `var(--mlnb-run-color-${index % 10})`
          }
        ]
      })),
    [view.curves]
  );
  if (!running && charts.length === 0) {
    return null;
  }
  return (
    <section className="mlnb-Live" data-mlnb-status={view.status} aria-label={view.name}>
      <header>
        <StatusDot status={silent ? 'killed' : view.status} />
        {host.openRun === undefined ? (
          <b>{view.name}</b>
        ) : (
          <button type="button" className="mlnb-Link" onClick={() => host.openRun?.(view.run_id)}>
            {view.name}
          </button>
        )}
        <span>{formatDuration(view.elapsed)}</span>
        {running && view.rate !== null && (
          <span className="mlnb-Quiet">
            {formatNumber(view.rate)} {view.unit}/s
          </span>
        )}
        {view.turns !== null && (
          <span className="mlnb-Quiet">
            {formatCount(view.turns)} {view.unit}
          </span>
        )}
        {silent && (
          <span className="mlnb-Quiet">{trans.__('no news since; it may have ended')}</span>
        )}
        {running && !silent && host.stopRun !== undefined && (
          <span className="mlnb-mod-right">
            <StopButton id={view.run_id} label={trans.__('Stop')} stop={host.stopRun} />
          </span>
        )}
      </header>
      {view.bars.map((bar, index) => (
        <ProgressBar key={index} bar={bar} />
      ))}
      {charts.length > 0 && (
        <div className="mlnb-Charts">
          {charts.map(({ name, series }) => (
            <Chart key={name} title={name} series={series} height={HEIGHT} sync={view.run_id} />
          ))}
        </div>
      )}
      {view.more_curves > 0 && (
        <p className="mlnb-Quiet">
          {trans._n('%1 more curve', '%1 more curves', view.more_curves)}
        </p>
      )}
    </section>
  );
}
