/** Runs side by side: what differs first, what came of it, and the same folded away. */

import { closeIcon } from '@jupyterlab/ui-components';
import type { JSX, ReactNode } from 'react';
import { useMemo } from 'react';
import { differences, type IDifference } from '../differences';
import { apart } from '../doubled';
import { formatCount, formatScalar, formatTogether, lastPart, toNumber } from '../format';
import { pinIcon } from '../icons';
import { best } from '../metrics';
import type { CompareModel } from '../models/compare';
import type { CurvesModel } from '../models/curves';
import { useModel } from '../models/model';
import type { IComparison, IDataRow, IRunRow, IValueRow, Num, Scalar } from '../tokens';
import { CodeSection } from './comparecode';
import { Chart, type ISeries } from './chart';
import { Change, Folded, Name, RunName } from './parts';
import { Figure } from './runtabs';
import { Banner, Loading, Problem } from './states';
import { StatusDot } from './status';
import { useUi } from './ui';

const CURVE_POINTS = 1_000;

export interface ICompareViewProps {
  model: CompareModel;
  curves: CurvesModel;
  artifactUrl: (artifact: { sha256: string; name: string; media_type: string }) => string;
  onOpen: (row: IRunRow) => void;
}

export function CompareView(props: ICompareViewProps): JSX.Element {
  const { trans } = useUi();
  const { model } = props;
  useModel(model);
  useModel(props.curves);
  const { comparison, problem } = model;
  const retry = (): void => void model.refresh();
  if (comparison === null) {
    return problem ? <Problem error={problem} onRetry={retry} /> : <Loading rows={8} />;
  }
  const { runs } = comparison;
  return (
    <div className="mlnb-View-page">
      {problem && <Banner error={problem} onRetry={retry} />}
      <div className="mlnb-Scroll">
        <table className="mlnb-Compare">
          <Head {...props} runs={runs} />
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
      <CurveSection {...props} comparison={comparison} />
      <CodeSection comparison={comparison} />
      <FigureSection {...props} comparison={comparison} />
    </div>
  );
}

function Head({
  runs,
  model,
  onOpen
}: ICompareViewProps & { runs: readonly IRunRow[] }): JSX.Element {
  const { trans, colors } = useUi();
  return (
    <thead>
      <tr>
        <td />
        {runs.map((run, index) => (
          <th key={run.run_id} scope="col">
            <div className="mlnb-Compare-run">
              <i style={{ background: colors.color(run.run_id).color }} />
              <StatusDot status={run.status} />
              <button type="button" className="mlnb-Link" onClick={() => onOpen(run)}>
                <RunName name={run.name} />
              </button>
              {index > 0 && (
                <button
                  type="button"
                  className="mlnb-IconButton"
                  title={trans.__('Compare the others with this one')}
                  aria-label={trans.__('Compare the others with %1', run.name)}
                  onClick={() => void model.pin(run.run_id)}
                >
                  <pinIcon.react tag="span" width="14px" height="14px" />
                </button>
              )}
              {runs.length > 2 && (
                <button
                  type="button"
                  className="mlnb-IconButton"
                  title={trans.__('Leave out')}
                  aria-label={trans.__('Leave out %1', run.name)}
                  onClick={() => void model.drop(run.run_id)}
                >
                  <closeIcon.react tag="span" width="14px" height="14px" />
                </button>
              )}
            </div>
            <div className="mlnb-Compare-role">
              {index === 0 ? trans.__('baseline') : run.experiment}
            </div>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Differences({ comparison }: { comparison: IComparison }): JSX.Element {
  const { trans } = useUi();
  const found = useMemo(() => differences(comparison), [comparison]);
  const width = comparison.runs.length + 1;
  return (
    <tbody>
      <SectionRow title={trans.__('Differences')} width={width} />
      <tr>
        <td colSpan={width}>
          {found.length === 0 ? (
            <p className="mlnb-Quiet">
              {trans.__('Parameters, data, code and environment are the same.')}
            </p>
          ) : (
            <ul className="mlnb-Differences">
              {found.map(difference => (
                <li key={`${difference.part}-${difference.name}`}>
                  <Difference {...difference} />
                </li>
              ))}
            </ul>
          )}
        </td>
      </tr>
    </tbody>
  );
}

function Difference({ part, name, values, columns, lines }: IDifference): JSX.Element {
  const { trans } = useUi();
  if (part === 'code') {
    return (
      <>
        <b>{trans.__('code')}</b> {trans._n('%1 line changed', '%1 lines changed', lines ?? 0)}
      </>
    );
  }
  if (part === 'data') {
    const changed = columns ?? [];
    return (
      <>
        <b>{name}</b>{' '}
        {changed.length === 0
          ? trans.__('differs')
          : trans._n('column %2 changed', 'columns %2 changed', changed.length, changed.join(', '))}
      </>
    );
  }
  const distinct = [...new Set(values)];
  return (
    <>
      <b title={name}>{lastPart(name)}</b>{' '}
      {distinct.slice(0, 6).join(distinct.length === 2 ? ' → ' : ' · ')}
      {distinct.length > 6 && ` … (${distinct.length})`}
    </>
  );
}

function SectionRow(props: { title: string; width: number; aside?: ReactNode }): JSX.Element {
  return (
    <tr className="mlnb-Compare-section">
      <th colSpan={props.width} scope="colgroup">
        {props.title}
        {props.aside}
      </th>
    </tr>
  );
}

/** The rows that differ, then those that don't, folded. */
function ValueRows<T extends IValueRow<unknown>>(props: {
  title: string;
  rows: readonly T[];
  width: number;
  render: (row: T) => ReactNode;
}): JSX.Element | null {
  const { trans } = useUi();
  const { rows } = props;
  if (rows.length === 0) {
    return null;
  }
  const { told, doubled } = apart(rows);
  const same = told.filter(row => !row.differs);
  const differing = told.filter(row => row.differs);
  const folded = (same.length > 0 || doubled.length > 0) && (
    <>
      {same.length > 0 && (
        <Folded summary={trans.__('Same in all: %1', same.length)}>
          <ul className="mlnb-Same">
            {same.map(row => (
              <li key={row.name}>
                <Name name={row.name} /> <span>{sameText(row)}</span>
              </li>
            ))}
          </ul>
        </Folded>
      )}
      {doubled.length > 0 && (
        <Folded
          summary={trans._n(
            '%1 more says the same under a longer name',
            '%1 more say the same under longer names',
            doubled.length
          )}
        >
          <ul className="mlnb-Same">
            {doubled.map(({ name }) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </Folded>
      )}
    </>
  );
  if (differing.length === 0) {
    return (
      <tbody>
        <tr className="mlnb-Compare-section">
          <th scope="rowgroup">{props.title}</th>
          <td colSpan={props.width}>{folded}</td>
        </tr>
      </tbody>
    );
  }
  return (
    <tbody>
      <SectionRow title={props.title} width={props.width + 1} />
      {differing.map(row => (
        <tr key={row.name}>
          <th scope="row" title={row.name}>
            <Name name={row.name} />
          </th>
          {props.render(row)}
        </tr>
      ))}
      {folded && (
        <tr>
          <td colSpan={props.width + 1}>{folded}</td>
        </tr>
      )}
    </tbody>
  );
}

function sameText(row: IValueRow<unknown>): string {
  const value = row.values[0];
  if (typeof value === 'object' && value !== null && 'digest' in value) {
    return String(value.digest).slice(0, 8);
  }
  return formatScalar(value as Scalar);
}

function MetricCells(props: { row: IValueRow<Num>; runs: readonly IRunRow[] }): JSX.Element {
  const { row, runs } = props;
  const numbers = row.values.map(value => toNumber(value));
  const texts = formatTogether(numbers);
  const winner = best(row.name, numbers);
  return (
    <>
      {runs.map((run, index) => (
        <td key={run.run_id} className="mlnb-Number">
          <span className={index === winner ? 'mlnb-Best' : undefined}>
            {numbers[index] === null ? '–' : texts[index]}
          </span>
          <span className="mlnb-Compare-change">
            {index > 0 && (
              <Change
                metric={row.name}
                value={numbers[index] ?? null}
                before={numbers[0] ?? null}
                against={runs[0]?.name ?? ''}
              />
            )}
          </span>
        </td>
      ))}
    </>
  );
}

/** Values like the baseline's are dimmed. */
function TextCells({ values }: { values: readonly string[] }): JSX.Element {
  return (
    <>
      {values.map((value, index) => (
        <td
          key={index}
          className={`mlnb-Number${index > 0 && value === values[0] ? ' mlnb-mod-dimmed' : ''}`}
          title={value}
        >
          {value}
          <span className="mlnb-Compare-change" />
        </td>
      ))}
    </>
  );
}

function DataCells({ row }: { row: IDataRow }): JSX.Element {
  return (
    <TextCells
      values={row.values.map(value =>
        value === null
          ? '–'
          : [
              value.rows === null ? null : formatCount(value.rows),
              value.columns === null ? null : `× ${value.columns}`,
              value.digest.slice(0, 8)
            ]
              .filter(Boolean)
              .join(' ')
      )}
    />
  );
}

function CurveSection(props: ICompareViewProps & { comparison: IComparison }): JSX.Element | null {
  const { trans, colors } = useUi();
  const { comparison, curves, model } = props;
  const charts = apart(comparison.metrics).told.map(({ name }) => ({
    name,
    series: comparison.runs.flatMap((run): ISeries[] => {
      if (toNumber(run.metrics[name]) === null) {
        return [];
      }
      const curve = curves.get(model.store, run, name, CURVE_POINTS);
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
      <div className="mlnb-Charts">
        {drawn.map(({ name, series }) => (
          <Chart
            key={name}
            title={name}
            series={series}
            sync={`compare-${model.runIds.join()}`}
            stepLabel={trans.__('step')}
          />
        ))}
      </div>
    </section>
  );
}

function FigureSection(props: ICompareViewProps & { comparison: IComparison }): JSX.Element | null {
  const { trans, colors } = useUi();
  const { figures, runs } = props.comparison;
  if (figures.length === 0) {
    return null;
  }
  return (
    <section className="mlnb-Section">
      <h3>{trans.__('Figures')}</h3>
      {figures.map(({ name, values }) => (
        <div key={name} className="mlnb-Figures">
          {runs.map((run, index) => {
            const sha256 = values[index];
            const figure = { name: `${name} · ${run.name}`, media_type: 'image/png' };
            return sha256 ? (
              <div
                key={run.run_id}
                className="mlnb-Figures-run"
                style={{ borderColor: colors.color(run.run_id).color }}
              >
                <Figure figure={figure} url={props.artifactUrl({ ...figure, sha256 })} />
              </div>
            ) : null;
          })}
        </div>
      ))}
    </section>
  );
}
