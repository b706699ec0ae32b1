/** Runs side by side in a notebook: differences first; runs can be taken out of sight, names filtered. */

import type { JSX, ReactNode } from 'react';
import { useMemo, useState } from 'react';
import { Chart } from '../ui/chart';
import { Change, Folded, Name } from '../ui/parts';
import { StatusDot } from '../ui/status';
import { useUi } from '../ui/ui';
import { apart } from '../values/doubled';
import { formatCount, formatScalar, formatTogether, toNumber } from '../values/format';
import { best } from '../values/metrics';
import type { IValueRow, Num } from '../core/tokens';
import { ParallelCoordinates } from './parallel';
import { curveOf } from './parts';
import type { IComparisonView, IHost } from './tokens';

const COLORS = 10;
const colorOf = (place: number): string => `var(--mlnb-run-color-${place % COLORS})`;

export function ComparisonView(props: { view: IComparisonView; host: IHost }): JSX.Element {
  const { trans } = useUi();
  const { view, host } = props;
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [filter, setFilter] = useState('');
  const [onlyDifferences, setOnlyDifferences] = useState(true);
  const shown = view.runs.map((_, place) => place).filter(place => !hidden.has(place));
  const wanted = useMemo(() => filter.trim().toLowerCase(), [filter]);
  const matches = (name: string): boolean => name.toLowerCase().includes(wanted);

  const toggle = (place: number): void => {
    const next = new Set(hidden);
    if (!next.delete(place) && shown.length > 1) {
      next.add(place);
    }
    setHidden(next);
  };
  const section = { shown, matches, onlyDifferences };
  return (
    <section className="mlnb-NbCompare">
      <header>
        {view.runs.map((run, place) => (
          <button
            key={run.run_id}
            type="button"
            className="mlnb-NbCompare-run"
            aria-pressed={!hidden.has(place)}
            title={hidden.has(place) ? trans.__('Show') : trans.__('Take out of sight')}
            onClick={() => toggle(place)}
          >
            <i style={{ background: colorOf(place) }} />
            <StatusDot status={run.status} />
            {run.name}
          </button>
        ))}
        <input
          type="search"
          aria-label={trans.__('Filter names')}
          placeholder={trans.__('filter names')}
          value={filter}
          onChange={event => setFilter(event.target.value)}
        />
        <label>
          <input
            type="checkbox"
            checked={onlyDifferences}
            onChange={() => setOnlyDifferences(!onlyDifferences)}
          />
          {trans.__('only differences')}
        </label>
        {host.openCompare !== undefined && (
          <button
            type="button"
            className="mlnb-Action mlnb-mod-right"
            onClick={() => host.openCompare?.(shown.map(place => view.runs[place]?.run_id ?? ''))}
          >
            {trans.__('Open in the panel')} ↗
          </button>
        )}
      </header>
      <div className="mlnb-Scroll">
        <table className="mlnb-NbCompare-table">
          <thead>
            <tr>
              <td />
              {shown.map(place => (
                <th key={place} scope="col">
                  <i style={{ background: colorOf(place) }} /> {view.runs[place]?.name}
                </th>
              ))}
            </tr>
          </thead>
          <Rows
            title={trans.__('Parameters')}
            rows={view.params}
            {...section}
            cell={value => formatScalar(value)}
          />
          <MetricRows view={view} {...section} />
          <Rows
            title={trans.__('Data')}
            rows={view.data}
            {...section}
            note={row => row.changed_columns.join(', ')}
            cell={value =>
              value === null
                ? '–'
                : `${value.rows === null ? '' : `${formatCount(value.rows)} × ${value.columns ?? '?'} · `}${value.digest.slice(0, 8)}`
            }
          />
          <Rows
            title={trans.__('Environment')}
            rows={view.environment}
            {...section}
            cell={value => value ?? '–'}
          />
        </table>
      </div>
      <Curves view={view} {...section} />
      {shown.length > 1 && <ParallelCoordinates view={view} shown={shown} colorOf={colorOf} />}
      <Code view={view} shown={shown} />
    </section>
  );
}

interface ISection {
  shown: readonly number[];
  matches: (name: string) => boolean;
  onlyDifferences: boolean;
}

/** Whether a row differs among the runs that are in sight. */
function differs(row: IValueRow<unknown>, shown: readonly number[]): boolean {
  const texts = shown.map(place => JSON.stringify(row.values[place] ?? null));
  return new Set(texts).size > 1;
}

function Rows<R extends IValueRow<unknown>>(
  props: ISection & {
    title: string;
    rows: readonly R[];
    cell: (value: R['values'][number]) => string;
    note?: (row: R) => string;
  }
): JSX.Element | null {
  return (
    <Section {...props}>
      {row =>
        props.shown.map(place => {
          const text = props.cell(row.values[place] ?? null);
          const first = props.cell(row.values[props.shown[0] ?? 0] ?? null);
          const same = place !== props.shown[0] && text === first;
          return (
            <td key={place} className={same ? 'mlnb-Quiet' : undefined} title={text}>
              {text}
            </td>
          );
        })
      }
    </Section>
  );
}

function MetricRows(props: ISection & { view: IComparisonView }): JSX.Element | null {
  const { trans } = useUi();
  const { view, shown } = props;
  return (
    <Section {...props} title={trans.__('Metrics')} rows={view.metrics}>
      {row => <MetricCells row={row} shown={shown} view={view} />}
    </Section>
  );
}

function MetricCells(props: {
  row: IValueRow<Num>;
  shown: readonly number[];
  view: IComparisonView;
}): JSX.Element {
  const { row, shown, view } = props;
  const numbers = shown.map(place => toNumber(row.values[place] ?? null));
  const texts = formatTogether(numbers);
  const winner = best(row.name, numbers);
  return (
    <>
      {shown.map((place, at) => (
        <td key={place}>
          <span className={at === winner ? 'mlnb-Best' : undefined}>
            {numbers[at] === null ? '–' : texts[at]}
          </span>{' '}
          {at > 0 && (
            <Change
              metric={row.name}
              value={numbers[at] ?? null}
              before={numbers[0] ?? null}
              against={view.runs[shown[0] ?? 0]?.name ?? ''}
            />
          )}
        </td>
      ))}
    </>
  );
}

/** The rows that differ, and those that don't where they are wanted. */
function Section<R extends IValueRow<unknown>>(
  props: ISection & {
    title: string;
    rows: readonly R[];
    note?: (row: R) => string;
    children: (row: R) => ReactNode;
  }
): JSX.Element | null {
  const { trans } = useUi();
  const { shown, matches, onlyDifferences, note } = props;
  const told = apart(props.rows).told.filter(({ name }) => matches(name));
  const differing = told.filter(row => differs(row, shown));
  const same = told.length - differing.length;
  const rows = onlyDifferences
    ? differing
    : [...differing, ...told.filter(row => !differing.includes(row))];
  if (told.length === 0) {
    return null;
  }
  return (
    <tbody>
      <tr className="mlnb-NbCompare-section">
        <th colSpan={shown.length + 1} scope="rowgroup">
          {props.title}
          {onlyDifferences && same > 0 && (
            <span className="mlnb-Quiet"> {trans.__('same in all: %1', same)}</span>
          )}
        </th>
      </tr>
      {rows.map(row => (
        <tr key={row.name}>
          <th scope="row" title={row.name}>
            <Name name={row.name} />
            {note?.(row) && <span className="mlnb-Quiet"> {note(row)}</span>}
          </th>
          {props.children(row)}
        </tr>
      ))}
    </tbody>
  );
}

function Curves(props: ISection & { view: IComparisonView }): JSX.Element | null {
  const { trans } = useUi();
  const { view, shown, matches } = props;
  const charts = useMemo(
    () =>
      view.curves.map(({ name, lines }) => ({
        name,
        lines: lines.map((line, place) =>
          line === null
            ? null
            : {
                label: view.runs[place]?.name ?? '',
                curve: curveOf(line),
                color: colorOf(place)
              }
        )
      })),
    [view]
  );
  const drawn = charts.filter(({ name }) => matches(name));
  if (drawn.length === 0) {
    return null;
  }
  return (
    <>
      <div className="mlnb-Charts">
        {drawn.map(({ name, lines }) => (
          <Chart
            key={name}
            title={name}
            series={shown.flatMap(place => lines[place] ?? [])}
            sync={`nb-${view.runs.map(({ run_id }) => run_id).join()}`}
          />
        ))}
      </div>
      {view.more_curves > 0 && (
        <p className="mlnb-Quiet">
          {trans._n('%1 more curve in .plot()', '%1 more curves in .plot()', view.more_curves)}
        </p>
      )}
    </>
  );
}

function Code({
  view,
  shown
}: {
  view: IComparisonView;
  shown: readonly number[];
}): JSX.Element | null {
  const { trans } = useUi();
  const found = view.code.flatMap(({ cell_id, diffs }) =>
    shown.flatMap(place => {
      const lines = diffs[place];
      return lines ? [{ key: `${cell_id ?? ''}-${place}`, place, lines }] : [];
    })
  );
  if (found.length === 0) {
    return null;
  }
  return (
    <Folded summary={trans.__('Code')} open={found.length === 1}>
      {found.map(({ key, place, lines }) => (
        <div key={key}>
          <p>
            {view.runs[0]?.name} → {view.runs[place]?.name}
          </p>
          <pre className="mlnb-NbCompare-diff">
            {lines.map((line, at) => (
              <span key={at} data-mlnb-diff={line.slice(0, 1)}>
                {line}
                {'\n'}
              </span>
            ))}
          </pre>
        </div>
      ))}
    </Folded>
  );
}
