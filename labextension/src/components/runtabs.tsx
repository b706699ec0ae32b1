/** The parts of a run below its overview, one tab each. */

import type { JSX } from 'react';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  shortDigest,
  toNumber
} from '../format';
import { apart } from '../doubled';
import { keyMetric } from '../metrics';
import type { CurvesModel } from '../models/curves';
import type {
  IArtifact,
  ICell,
  IColumnProfile,
  IDataset,
  IMetricDetail,
  IRunDetail,
  IRunRow,
  Scalar
} from '../tokens';
import { Chart, type ISeries } from './chart';
import { ChartBar } from './chartbar';
import { Code } from './code';
import { Histogram } from './histogram';
import { Folded, RunName } from './parts';
import { Loading } from './states';
import { StatusDot } from './status';
import { useUi } from './ui';

const CURVE_POINTS = 1_000;

type ArtifactUrl = (artifact: IArtifact) => string;

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

export function FiguresTab(props: {
  figures: readonly IArtifact[];
  url: ArtifactUrl;
}): JSX.Element {
  return (
    <div className="mlnb-Figures">
      {props.figures.map(figure => (
        <Figure key={`${figure.name}-${figure.sha256}`} figure={figure} url={props.url(figure)} />
      ))}
    </div>
  );
}

export function Figure(props: {
  figure: { name: string; media_type: string };
  url: string;
}): JSX.Element {
  const { figure, url } = props;
  return (
    <figure className="mlnb-Figure">
      {figure.media_type.startsWith('image/') ? (
        <a href={url} target="_blank" rel="noreferrer">
          <img src={url} alt={figure.name} loading="lazy" />
        </a>
      ) : (
        // The server hands out nothing but images to be shown in place.
        <a className="mlnb-Link" href={url} download={figure.name}>
          {figure.media_type}
        </a>
      )}
      <figcaption>{figure.name}</figcaption>
    </figure>
  );
}

export function CodeTab({ cells }: { cells: readonly ICell[] | null }): JSX.Element {
  const { trans } = useUi();
  if (cells === null) {
    return <Loading rows={3} />;
  }
  const own = cells.filter(cell => cell.own);
  const before = cells.filter(cell => !cell.own);
  return (
    <div className="mlnb-Cells">
      {own.length + before.length === 0 && (
        <p className="mlnb-Quiet">{trans.__('No source was recorded')}</p>
      )}
      {own.map(cell => (
        <CellView key={cell.ordinal} cell={cell} />
      ))}
      {before.length > 0 && (
        <Folded
          summary={trans._n(
            '%1 cell was executed before it',
            '%1 cells were executed before it, in this order',
            before.length
          )}
        >
          {before.map(cell => (
            <CellView key={cell.ordinal} cell={cell} />
          ))}
        </Folded>
      )}
    </div>
  );
}

function CellView({ cell }: { cell: ICell }): JSX.Element {
  const { trans } = useUi();
  return (
    <div className="mlnb-Cell">
      <div className="mlnb-Cell-side">
        <span>[{cell.execution_count ?? ' '}]</span>
        <span>{formatDuration(cell.duration_s)}</span>
      </div>
      <div className="mlnb-Cell-main">
        <Code source={cell.source} />
        {(cell.reads.length > 0 || cell.writes.length > 0) && (
          <div className="mlnb-Cell-names">
            {cell.reads.length > 0 && (
              <span>
                {trans.__('reads')} <code>{cell.reads.join(', ')}</code>
              </span>
            )}
            {cell.writes.length > 0 && (
              <span>
                {trans.__('writes')} <code>{cell.writes.join(', ')}</code>
              </span>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

export function DataTab({ datasets }: { datasets: readonly IDataset[] }): JSX.Element {
  const { trans } = useUi();
  return (
    <>
      {datasets.length === 0 && (
        <p className="mlnb-Quiet">{trans.__('No table, array or file was seen')}</p>
      )}
      {datasets.map(data => (
        <section key={`${data.role}-${data.name}`} className="mlnb-Dataset">
          <header>
            <h4>{data.name}</h4>
            <span className="mlnb-Tag">{data.role}</span>
            <span className="mlnb-Quiet">
              {[
                data.type,
                data.rows === null ? null : shape(data.rows, data.columns),
                formatBytes(data.bytes)
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
            <code title={data.digest}>{shortDigest(data.digest)}</code>
          </header>
          {data.profile.length > 0 && <Columns columns={data.profile} />}
        </section>
      ))}
    </>
  );
}

export function shape(rows: number, columns: number | null): string {
  return columns === null ? formatCount(rows) : `${formatCount(rows)} × ${formatCount(columns)}`;
}

function Columns({ columns }: { columns: readonly IColumnProfile[] }): JSX.Element {
  const { trans } = useUi();
  return (
    <div className="mlnb-Scroll">
      <table className="mlnb-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('column')}</th>
            <th scope="col">{trans.__('type')}</th>
            <th scope="col">{trans.__('distribution')}</th>
            <th scope="col">{trans.__('empty')}</th>
            <th scope="col">{trans.__('distinct')}</th>
            <th scope="col">{trans.__('min')}</th>
            <th scope="col">{trans.__('mean')}</th>
            <th scope="col">{trans.__('max')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(column => (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
              <td className="mlnb-Quiet">{column.type}</td>
              <td>{column.histogram && <Histogram histogram={column.histogram} />}</td>
              <td className="mlnb-Number">{column.nulls ? formatCount(column.nulls) : ''}</td>
              <td className="mlnb-Number">
                {column.distinct == null ? '' : formatCount(column.distinct)}
              </td>
              <td className="mlnb-Number">{bound(column, column.min)}</td>
              <td className="mlnb-Number">{bound(column, column.mean)}</td>
              <td className="mlnb-Number">{bound(column, column.max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A column's bound: one table holds those of all columns as text, so numbers come as text too. */
function bound(column: IColumnProfile, value: Scalar | undefined): string {
  const numeric = /int|float|double|decimal/i.test(column.type);
  const number = toNumber(numeric && typeof value === 'string' ? Number(value) : value);
  return number === null ? String(value ?? '') : formatNumber(number, 4);
}

export function EnvironmentTab({ run }: { run: IRunDetail }): JSX.Element {
  const { trans } = useUi();
  const { environment } = run;
  const facts: [string, string][] = [];
  if (environment) {
    facts.push(
      [trans.__('Python'), environment.python],
      [trans.__('Platform'), environment.platform]
    );
  }
  if (run.host) {
    facts.push([trans.__('Computer'), [run.user, run.host].filter(Boolean).join(' @ ')]);
  }
  if (run.git_commit) {
    const dirty = run.git_dirty ? ` · ${trans.__('with uncommitted changes')}` : '';
    facts.push([trans.__('Git'), run.git_commit.slice(0, 12) + dirty]);
  }
  const packages = Object.entries(environment?.packages ?? {});
  return (
    <>
      <table className="mlnb-Facts mlnb-mod-left">
        <tbody>
          {facts.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {facts.length === 0 && <p className="mlnb-Quiet">{trans.__('Not recorded')}</p>}
      {packages.length > 0 && (
        <ul className="mlnb-Packages" aria-label={trans.__('Packages')}>
          {packages.map(([name, version]) => (
            <li key={name}>
              {name} <span>{version}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function ArtifactsTab(props: {
  artifacts: readonly IArtifact[];
  url: ArtifactUrl;
}): JSX.Element {
  const { trans } = useUi();
  if (props.artifacts.length === 0) {
    return <p className="mlnb-Quiet">{trans.__('No files were kept')}</p>;
  }
  return (
    <table className="mlnb-Table">
      <tbody>
        {props.artifacts.map(artifact => (
          <tr key={`${artifact.name}-${artifact.sha256}`}>
            <th scope="row">
              <a className="mlnb-Link" href={props.url(artifact)} download={artifact.name}>
                {artifact.name}
              </a>
            </th>
            <td>{artifact.kind}</td>
            <td className="mlnb-Quiet">
              {typeof artifact.metadata?.format === 'string'
                ? artifact.metadata.format
                : artifact.media_type}
            </td>
            <td className="mlnb-Number">{formatBytes(artifact.bytes)}</td>
            <td>
              <code title={artifact.sha256}>{shortDigest(artifact.sha256)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ChildrenTab(props: {
  runs: readonly IRunRow[];
  onOpen: (row: IRunRow) => void;
}): JSX.Element {
  return (
    <table className="mlnb-Table">
      <tbody>
        {props.runs.map(row => {
          const metric = keyMetric(row);
          return (
            <tr key={row.run_id}>
              <th scope="row">
                <StatusDot status={row.status} />{' '}
                <button type="button" className="mlnb-Link" onClick={() => props.onOpen(row)}>
                  <RunName name={row.name} />
                </button>
              </th>
              <td className="mlnb-Quiet">{metric?.name}</td>
              <td className="mlnb-Number">{metric && formatNumber(metric.value)}</td>
              <td className="mlnb-Number">{formatDuration(row.duration_s)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
