/** A batch while it runs and after: how far it is, the best so far, a dot for each run, what failed. */

import type { JSX } from 'react';
import { type IMerit, meritOf, secondsLeft, varied } from './merit';
import {
  formatAge,
  formatDuration,
  formatNumber,
  formatScalar,
  formatTogether,
  lastPart,
  toNumber
} from '../../values/format';
import type { BatchModel } from './model';
import { useModel } from '../../core/model';
import { fileName } from '../../core/paths';
import type { IBatch, IRunRow } from '../../core/tokens';
import { useNow } from '../../ui/clock';
import { BatchGrid } from './grid';
import { Name, RunName } from '../../ui/parts';
import { Banner, Loading, Problem } from '../../ui/states';
import { StatusDot, statusName } from '../../ui/status';
import { useUi } from '../../ui/ui';

const MOST_RANKED = 50;

export interface IBatchViewProps {
  model: BatchModel;
  onOpen: (row: Pick<IRunRow, 'run_id'>) => void;
  onCompare: (runs: string[]) => void;
}

export function BatchView(props: IBatchViewProps): JSX.Element {
  const { model } = props;
  useModel(model);
  const { batch, problem } = model;
  const retry = (): void => void model.refresh();
  if (batch === null) {
    return problem ? <Problem error={problem} onRetry={retry} /> : <Loading rows={6} />;
  }
  const merit = meritOf(batch.runs);
  return (
    <div className="mlnb-View-page">
      {problem && <Banner error={problem} onRetry={retry} />}
      <Header {...props} batch={batch} />
      <Best {...props} batch={batch} merit={merit} />
      <BatchGrid batch={batch} merit={merit} onOpen={props.onOpen} />
      <Failures {...props} batch={batch} merit={merit} />
      <Ranking {...props} batch={batch} merit={merit} />
    </div>
  );
}

function Header({ model, batch }: IBatchViewProps & { batch: IBatch }): JSX.Element {
  const { trans } = useUi();
  const now = useNow();
  const { total, counts, state } = batch;
  const left = secondsLeft(batch, now);
  const done = counts.finished + counts.failed + counts.killed;
  const states = {
    running: trans.__('running'),
    finished: trans.__('finished'),
    failed: trans.__('failed'),
    cancelled: trans.__('cancelled'),
    killed: trans.__('killed')
  };
  return (
    <header className="mlnb-RunHeader">
      <div className="mlnb-RunHeader-title">
        <h1>{batch.name}</h1>
        <span className="mlnb-RunHeader-actions">
          {state === 'running' && done < total && (
            <button
              type="button"
              className="mlnb-Action"
              disabled={model.stopping}
              onClick={() => void model.cancel()}
            >
              {model.stopping ? trans.__('Stopping…') : trans.__('Cancel')}
            </button>
          )}
        </span>
      </div>
      <div className="mlnb-RunHeader-facts">
        <span>{states[state]}</span>
        <span aria-live="polite">{trans.__('%1 of %2 runs', done, total)}</span>
        <span
          className="mlnb-Progress"
          role="progressbar"
          aria-valuenow={done}
          aria-valuemin={0}
          aria-valuemax={total}
          aria-label={trans.__('Progress of the batch')}
        >
          <span style={{ width: `${total === 0 ? 0 : (100 * done) / total}%` }} />
        </span>
        {counts.failed + counts.killed > 0 && (
          <span className="mlnb-BatchLine-failed">
            ✕ {trans._n('%1 failed', '%1 failed', counts.failed + counts.killed)}
          </span>
        )}
        {left !== null && <span>{trans.__('about %1 left', formatDuration(left))}</span>}
        <span title={batch.notebook}>{fileName(batch.notebook)}</span>
        <span>{formatAge(batch.started_at, now, trans)}</span>
      </div>
    </header>
  );
}

/** The one that leads, with what it was given. */
function Best(props: IBatchViewProps & { batch: IBatch; merit: IMerit }): JSX.Element | null {
  const { trans } = useUi();
  const { batch, merit } = props;
  const { metric, ranked } = merit;
  const [best] = ranked;
  if (best === undefined || metric === null) {
    return null;
  }
  const given = batch.plan.find(({ run_id }) => run_id === best.run_id)?.params ?? {};
  return (
    <p className="mlnb-BatchBest">
      <span className="mlnb-Quiet">
        {batch.state === 'running' ? trans.__('best so far') : trans.__('best')}
      </span>
      <span>
        {metric} <b>{formatNumber(toNumber(best.metrics[metric]) ?? Number.NaN)}</b>
      </span>
      {varied(batch.plan).map(({ name }) => (
        <span key={name} title={name}>
          {lastPart(name)} <b>{formatScalar(given[name])}</b>
        </span>
      ))}
      <button type="button" className="mlnb-Link" onClick={() => props.onOpen(best)}>
        <RunName name={best.name} />
      </button>
    </p>
  );
}

/** The runs with their parameters, by the metric that stands for them. */
function Ranking(props: IBatchViewProps & { batch: IBatch; merit: IMerit }): JSX.Element | null {
  const { trans } = useUi();
  const { batch, merit } = props;
  const { metric, ranked } = merit;
  if (metric === null || ranked.length === 0) {
    return null;
  }
  const names = varied(batch.plan).map(({ name }) => name);
  const planned = new Map(batch.plan.map(({ run_id, params }) => [run_id, params]));
  const shown = ranked.slice(0, MOST_RANKED);
  const numbers = formatTogether(shown.map(run => toNumber(run.metrics[metric])));
  return (
    <section className="mlnb-Section">
      <h3>
        {trans.__('By %1', metric)}
        {ranked.length > 1 && (
          <button
            type="button"
            className="mlnb-Action"
            onClick={() => props.onCompare(ranked.slice(0, 5).map(run => run.run_id))}
          >
            {trans.__('Compare the first %1', Math.min(5, ranked.length))}
          </button>
        )}
      </h3>
      <div className="mlnb-Scroll">
        <table className="mlnb-Table">
          <thead>
            <tr>
              <th scope="col">{trans.__('run')}</th>
              <th scope="col" className="mlnb-Number">
                {metric}
              </th>
              {names.map(name => (
                <th key={name} scope="col" className="mlnb-Number" title={name}>
                  <Name name={name} />
                </th>
              ))}
              <th scope="col" className="mlnb-Number">
                {trans.__('duration')}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((run, index) => (
              <tr key={run.run_id} data-mlnb-run={run.run_id}>
                <th scope="row">
                  <StatusDot status={run.status} />{' '}
                  <button type="button" className="mlnb-Link" onClick={() => props.onOpen(run)}>
                    <RunName name={run.name} />
                  </button>
                </th>
                <td className={index === 0 ? 'mlnb-Number mlnb-Best' : 'mlnb-Number'}>
                  {numbers[index]}
                </td>
                {names.map(name => (
                  <td key={name} className="mlnb-Number">
                    {formatScalar(planned.get(run.run_id)?.[name])}
                  </td>
                ))}
                <td className="mlnb-Number mlnb-Quiet">{formatDuration(run.duration_s)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ranked.length > MOST_RANKED && (
        <p className="mlnb-Quiet">{trans.__('and %1 more', ranked.length - MOST_RANKED)}</p>
      )}
    </section>
  );
}

/** What broke off, each with the first line of its error. */
function Failures(props: IBatchViewProps & { batch: IBatch; merit: IMerit }): JSX.Element | null {
  const { trans } = useUi();
  const { batch, merit } = props;
  if (merit.failed.length === 0) {
    return null;
  }
  const planned = new Map(batch.plan.map(({ run_id, params }) => [run_id, params]));
  return (
    <section className="mlnb-Section">
      <h3>{trans.__('Failed')}</h3>
      <ul className="mlnb-Failures">
        {merit.failed.map(run => (
          <li key={run.run_id}>
            <StatusDot status={run.status} />
            <button type="button" className="mlnb-Link" onClick={() => props.onOpen(run)}>
              <RunName name={run.name} />
            </button>
            <span className="mlnb-Quiet">
              {varied(batch.plan)
                .map(
                  ({ name }) => `${lastPart(name)} ${formatScalar(planned.get(run.run_id)?.[name])}`
                )
                .join(' · ')}
            </span>
            <code title={run.error ?? undefined}>
              {run.error?.trim().split('\n')[0] ?? statusName(run.status, trans)}
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}
