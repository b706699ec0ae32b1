/** A batch while it runs and after: a dot for each run that fills, the best so far, what failed. */

import type { JSX } from 'react';
import { formatAge, formatNumber, formatScalar, lastPart, toNumber } from '../format';
import { best, keyMetric } from '../metrics';
import type { BatchModel } from '../models/batch';
import { useModel } from '../models/model';
import { fileName } from '../paths';
import type { IBatch, IRunRow } from '../tokens';
import { useNow } from './clock';
import { RunName } from './parts';
import { Banner, Loading, Problem } from './states';
import { StatusDot, statusName } from './status';
import { useUi } from './ui';

const MOST_DOTS = 2_000;

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
  return (
    <div className="mlnb-View-page">
      {problem && <Banner error={problem} onRetry={retry} />}
      <Header {...props} batch={batch} />
      <Dots {...props} batch={batch} />
      <Ranking {...props} batch={batch} />
    </div>
  );
}

function Header({ model, batch }: IBatchViewProps & { batch: IBatch }): JSX.Element {
  const { trans } = useUi();
  const now = useNow();
  const { total, counts, state } = batch;
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
        <span title={batch.notebook}>{fileName(batch.notebook)}</span>
        <span>{formatAge(batch.started_at, now, trans)}</span>
      </div>
    </header>
  );
}

/** One dot a run of the plan. */
function Dots({ batch, onOpen }: IBatchViewProps & { batch: IBatch }): JSX.Element {
  const { trans } = useUi();
  const runs = new Map(batch.runs.map(run => [run.run_id, run]));
  return (
    <ul className="mlnb-Dots" aria-label={trans.__('Runs of the batch')}>
      {batch.plan.slice(0, MOST_DOTS).map(({ run_id, params }) => {
        const run = runs.get(run_id);
        const told = Object.entries(params).map(
          ([name, value]) => `${lastPart(name)} ${formatScalar(value)}`
        );
        const state = run === undefined ? trans.__('waiting') : statusName(run.status, trans);
        const title = [...told, state].join(' · ');
        return (
          <li key={run_id}>
            {run === undefined ? (
              <span className="mlnb-Dots-waiting" title={title} />
            ) : (
              <button type="button" title={title} aria-label={title} onClick={() => onOpen(run)}>
                <StatusDot status={run.status} labelled={false} />
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The runs with their parameters, by the metric that stands for them; what failed with its error. */
function Ranking(props: IBatchViewProps & { batch: IBatch }): JSX.Element | null {
  const { trans } = useUi();
  const { batch } = props;
  const names = [...new Set(batch.plan.flatMap(({ params }) => Object.keys(params)))];
  const planned = new Map(batch.plan.map(({ run_id, params }) => [run_id, params]));
  const metric = batch.runs.map(run => keyMetric(run)).find(found => found !== null)?.name ?? null;
  const value = (run: IRunRow): number | null =>
    metric === null ? null : toNumber(run.metrics[metric]);
  const rows = ranked(batch.runs, metric, value);
  if (rows.length === 0) {
    return null;
  }
  return (
    <section className="mlnb-Section">
      <h3>
        {metric === null ? trans.__('Runs') : trans.__('Best so far')}
        {rows.length > 1 && (
          <button
            type="button"
            className="mlnb-Action"
            onClick={() => props.onCompare(rows.slice(0, 5).map(run => run.run_id))}
          >
            {trans.__('Compare the first %1', Math.min(5, rows.length))}
          </button>
        )}
      </h3>
      <table className="mlnb-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('run')}</th>
            {names.map(name => (
              <th key={name} scope="col" className="mlnb-Number">
                {name}
              </th>
            ))}
            {metric !== null && (
              <th scope="col" className="mlnb-Number">
                {metric}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 50).map((run, index) => {
            const number = value(run);
            return (
              <tr key={run.run_id}>
                <th scope="row">
                  <StatusDot status={run.status} />{' '}
                  <button type="button" className="mlnb-Link" onClick={() => props.onOpen(run)}>
                    <RunName name={run.name} />
                  </button>
                </th>
                {names.map(name => (
                  <td key={name} className="mlnb-Number">
                    {formatScalar(planned.get(run.run_id)?.[name])}
                  </td>
                ))}
                <td
                  className={
                    index === 0 && number !== null ? 'mlnb-Number mlnb-Best' : 'mlnb-Number'
                  }
                >
                  {run.error !== null ? (
                    <span className="mlnb-RunLine-error">{run.error.split('\n')[0]}</span>
                  ) : (
                    number !== null && formatNumber(number, 4)
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The best first; last those without a value, which are still running or have failed. */
function ranked(
  runs: readonly IRunRow[],
  metric: string | null,
  value: (run: IRunRow) => number | null
): IRunRow[] {
  const known = runs.filter(run => value(run) !== null);
  const rising = metric !== null && best(metric, [0, 1]) === 0;
  known.sort((a, b) => ((value(a) ?? 0) - (value(b) ?? 0)) * (rising ? 1 : -1));
  return [...known, ...runs.filter(run => value(run) === null)];
}
