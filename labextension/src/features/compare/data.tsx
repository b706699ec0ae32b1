/** Tables by column: what changed in each, and how its values are spread in one run and in the other. */

import type { JSX } from 'react';
import type { CompareModel } from './model';
import {
  columnChanges,
  type IColumnChange,
  outlines,
  STATISTICS,
  type Statistic,
  statisticChange
} from '../../values/profiles';
import type { IComparison, IDataRow, IRunRow } from '../../core/tokens';
import { Folded } from '../../ui/parts';
import { Loading } from '../../ui/states';
import { useUi } from '../../ui/ui';

const WIDTH = 176;
const HEIGHT = 40;

export function DataSection(props: {
  comparison: IComparison;
  model: CompareModel;
}): JSX.Element | null {
  const { trans } = useUi();
  const { comparison, model } = props;
  const differing = comparison.data.filter(row => row.differs);
  if (differing.length === 0) {
    return null;
  }
  return (
    <section className="mlnb-Section">
      <h3>{trans.__('Data by column')}</h3>
      {model.details === null ? (
        <Loading rows={2} />
      ) : (
        differing.map(row => <Table key={row.name} row={row} {...props} />)
      )}
    </section>
  );
}

function Table(props: {
  row: IDataRow;
  comparison: IComparison;
  model: CompareModel;
}): JSX.Element | null {
  const { trans } = useUi();
  const { row, comparison, model } = props;
  const datasets = (model.details ?? []).map(
    detail => detail.datasets.find(({ name }) => name === row.name) ?? null
  );
  const columns = columnChanges(datasets, new Set(row.changed_columns));
  const changed = columns.filter(column => column.changed);
  const same = columns.filter(column => !column.changed);
  if (columns.length === 0) {
    return null;
  }
  return (
    <div className="mlnb-DataDiff">
      <h4>{row.name}</h4>
      {changed.length > 0 && (
        <ul>
          {changed.map(column => (
            <Column key={column.name} column={column} runs={comparison.runs} />
          ))}
        </ul>
      )}
      {same.length > 0 && (
        <Folded summary={trans._n('%1 column is the same', '%1 columns are the same', same.length)}>
          <p className="mlnb-Quiet">{same.map(({ name }) => name).join(', ')}</p>
        </Folded>
      )}
    </div>
  );
}

function Column(props: { column: IColumnChange; runs: readonly IRunRow[] }): JSX.Element {
  const { trans } = useUi();
  const { column, runs } = props;
  const names: Record<Statistic, string> = {
    nulls: trans.__('empty'),
    distinct: trans.__('distinct'),
    min: trans.__('min'),
    mean: trans.__('mean'),
    max: trans.__('max'),
    std: trans.__('std')
  };
  const changes = STATISTICS.map(one => ({ one, texts: statisticChange(column, one) })).filter(
    ({ texts }) => texts !== null
  );
  return (
    <li>
      <span className="mlnb-DataDiff-name">
        <b title={column.name}>{column.name}</b>
        <span className="mlnb-Quiet">{column.type}</span>
      </span>
      <Overlay column={column} runs={runs} />
      <span className="mlnb-DataDiff-changes">
        {column.profiles.includes(null) && (
          <span>
            {trans.__(
              'not in %1',
              runs
                .filter((_, index) => column.profiles[index] === null)
                .map(({ name }) => name)
                .join(', ')
            )}
          </span>
        )}
        {changes.map(({ one, texts }) => (
          <span key={one}>
            <span className="mlnb-Quiet">{names[one]}</span>{' '}
            {[...new Set(texts)].slice(0, 6).join(' → ')}
          </span>
        ))}
        {changes.length === 0 && !column.profiles.includes(null) && (
          <span className="mlnb-Quiet">
            {trans.__('other values or another order, with the same statistics')}
          </span>
        )}
      </span>
    </li>
  );
}

/** The histograms over one another, each in its run's colour. */
function Overlay(props: { column: IColumnChange; runs: readonly IRunRow[] }): JSX.Element {
  const { trans, colors } = useUi();
  const { column, runs } = props;
  const lines = outlines(column.profiles);
  return (
    <svg
      className="mlnb-Overlay"
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={trans.__('How %1 is spread in each run', column.name)}
    >
      <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {lines.map((outline, index) => {
        const run = runs[index];
        if (outline === null || run === undefined) {
          return null;
        }
        const points = outline.points.map(
          ([x, y]) =>
            `${(x * (WIDTH - 2) + 1).toFixed(1)},${(HEIGHT - 1 - y * (HEIGHT - 4)).toFixed(1)}`
        );
        const { color } = colors.color(run.run_id);
        return (
          <polyline
            key={run.run_id}
            points={[`1,${HEIGHT - 1}`, ...points, `${WIDTH - 1},${HEIGHT - 1}`].join(' ')}
            style={{ stroke: color, fill: `color-mix(in srgb, ${color} 14%, transparent)` }}
          >
            <title>{run.name}</title>
          </polyline>
        );
      })}
    </svg>
  );
}
