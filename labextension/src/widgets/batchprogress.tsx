/** A batch that a cell started: its runs as marks that fill, the best so far, what failed. */

import type { JSX } from 'react';
import { StatusDot } from '../ui/status';
import { useUi } from '../ui/ui';
import { formatDuration, formatNumber } from '../values/format';
import type { Status } from '../core/tokens';
import { StopButton, useSilent } from './parts';
import type { IBatchView, IHost } from './tokens';

export function BatchProgress({ view, host }: { view: IBatchView; host: IHost }): JSX.Element {
  const { trans } = useUi();
  const running = view.state === 'running';
  const silent = useSilent(view, running);
  const done = view.runs.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
  const failed = view.runs.filter(({ error }) => error !== null);
  const status: Status = view.state === 'cancelled' ? 'killed' : view.state;
  return (
    <section className="mlnb-Live" data-mlnb-status={view.state} aria-label={view.name}>
      <header>
        <StatusDot status={silent ? 'killed' : status} />
        <b>{view.name}</b>
        <span className="mlnb-Quiet">{view.notebook}</span>
        <span>{trans.__('%1 of %2', done, view.runs.length + view.more_runs)}</span>
        <span className="mlnb-Quiet">{formatDuration(view.elapsed)}</span>
        {running && !silent && view.left !== null && view.left > 0 && (
          <span className="mlnb-Quiet">{trans.__('about %1 left', formatDuration(view.left))}</span>
        )}
        {silent && (
          <span className="mlnb-Quiet">{trans.__('no news since; it may have ended')}</span>
        )}
        {running && !silent && host.cancelBatch !== undefined && (
          <span className="mlnb-mod-right">
            <StopButton id={view.batch_id} label={trans.__('Cancel')} stop={host.cancelBatch} />
          </span>
        )}
      </header>
      <div className="mlnb-Nb-dots">
        {view.runs.map(run => (
          <button
            key={run.name}
            type="button"
            className={`mlnb-Nb-dot mlnb-mod-${run.state}`}
            title={[
              `${run.name}: ${run.state}`,
              run.parameters,
              run.seconds === null ? '' : formatDuration(run.seconds),
              run.error ?? ''
            ]
              .filter(Boolean)
              .join('\n')}
            disabled={run.state === 'waiting' || host.openRun === undefined}
            onClick={() => host.openRun?.(run.run_id)}
          >
            <span className="mlnb-Hidden">
              {run.name} {run.state}
            </span>
          </button>
        ))}
      </div>
      {view.best !== null && (
        <p>
          {trans.__('best %1', view.best.metric)} <b>{formatNumber(view.best.value)}</b>{' '}
          <span className="mlnb-Quiet">{view.best.name}</span>
        </p>
      )}
      {failed.slice(0, 5).map(run => (
        <p key={run.name}>
          {run.name} <span className="mlnb-RunLine-error">{run.error}</span>
        </p>
      ))}
    </section>
  );
}
