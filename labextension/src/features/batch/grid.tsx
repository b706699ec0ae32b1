/** One dot a run of the plan, that fills: in rows and columns where two parameters span it. */

import type { JSX } from 'react';
import { type IMatrix, type IMerit, matrixOf } from './merit';
import { formatNumber, formatScalar, lastPart, toNumber } from '../../values/format';
import type { IBatch, IRunRow } from '../../core/tokens';
import { Name } from '../../ui/parts';
import { StatusDot, statusName } from '../../ui/status';
import { useUi } from '../../ui/ui';

const MOST_DOTS = 2_000;

interface IGridProps {
  batch: IBatch;
  merit: IMerit;
  onOpen: (row: Pick<IRunRow, 'run_id'>) => void;
}

export function BatchGrid(props: IGridProps): JSX.Element {
  const { trans } = useUi();
  const { batch, merit } = props;
  const runs = new Map(batch.runs.map(run => [run.run_id, run]));
  const dot = (entry: IBatch['plan'][number]): JSX.Element => (
    <Dot entry={entry} run={runs.get(entry.run_id) ?? null} {...props} />
  );
  const matrix = matrixOf(batch.plan);
  return (
    <div className="mlnb-BatchGrid">
      {matrix === null ? (
        <ul className="mlnb-Dots" aria-label={trans.__('Runs of the batch')}>
          {batch.plan.slice(0, MOST_DOTS).map(entry => (
            <li key={entry.run_id}>{dot(entry)}</li>
          ))}
        </ul>
      ) : (
        <Matrix matrix={matrix} dot={dot} />
      )}
      {merit.metric !== null && merit.ranked.length > 1 && (
        <p className="mlnb-Quiet mlnb-BatchGrid-legend">
          {trans.__('worst')} <i className="mlnb-Explore-scale" />{' '}
          {trans.__('best %1', merit.metric)}
        </p>
      )}
    </div>
  );
}

function Matrix(props: {
  matrix: IMatrix;
  dot: (entry: IBatch['plan'][number]) => JSX.Element;
}): JSX.Element {
  const { trans } = useUi();
  const { down, across, at } = props.matrix;
  return (
    <div className="mlnb-Scroll">
      <table className="mlnb-Matrix" aria-label={trans.__('Runs of the batch')}>
        <thead>
          <tr>
            <td />
            <th colSpan={across.values.length} scope="colgroup" title={across.name}>
              <Name name={across.name} />
            </th>
          </tr>
          <tr>
            <th scope="col" className="mlnb-Matrix-name" title={down.name}>
              <Name name={down.name} />
            </th>
            {across.values.map(value => (
              <th key={String(value)} scope="col">
                {formatScalar(value)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {down.values.map(row => (
            <tr key={String(row)}>
              <th scope="row">{formatScalar(row)}</th>
              {across.values.map(column => {
                const entry = at(row, column);
                return <td key={String(column)}>{entry && props.dot(entry)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Dot(
  props: IGridProps & { entry: IBatch['plan'][number]; run: IRunRow | null }
): JSX.Element {
  const { trans } = useUi();
  const { entry, run, merit } = props;
  const share = merit.share.get(entry.run_id);
  const value = run === null || merit.metric === null ? null : toNumber(run.metrics[merit.metric]);
  const title = [
    ...Object.entries(entry.params).map(([name, one]) => `${lastPart(name)} ${formatScalar(one)}`),
    value === null ? null : `${merit.metric ?? ''} ${formatNumber(value)}`,
    run === null ? trans.__('waiting') : statusName(run.status, trans)
  ]
    .filter(Boolean)
    .join(' · ');
  if (run === null) {
    return <span className="mlnb-Dots-waiting" role="img" title={title} aria-label={title} />;
  }
  const filled = run.status === 'finished' && share !== undefined;
  return (
    <button
      type="button"
      className="mlnb-Dots-run"
      data-mlnb-run={run.run_id}
      title={title}
      aria-label={title}
      onClick={() => props.onOpen(run)}
    >
      {filled ? (
        <i
          style={{
            background: `color-mix(in oklab, var(--mlnb-scale-high) ${Math.round(share * 100)}%, var(--mlnb-scale-low))`
          }}
        />
      ) : (
        <StatusDot status={run.status} labelled={false} />
      )}
    </button>
  );
}
