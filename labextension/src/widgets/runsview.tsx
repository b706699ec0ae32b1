/**
 * A table of runs in a notebook: sort, filter, choose columns, select → compare.
 *
 * What the notebook keeps is there at once. Where the table is the answer to a question, the rest comes from the store
 * as one scrolls, sorted and filtered there; else what is kept is sorted and filtered here.
 */

import type { JSX } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { quoted } from '../values/completion';
import { StatusDot } from '../ui/status';
import { useUi } from '../ui/ui';
import { formatCount, formatDuration, formatNumber, formatScalar } from '../values/format';
import { withCondition } from '../values/query';
import type { IRunRow, Scalar, Status } from '../core/tokens';
import { ComparisonView } from './comparisonview';
import type { IColumn, IComparisonView, IHost, IPageQuery, IRunsView } from './tokens';

const ROW = 24;
const HEIGHT = 312;
const PAGE = 100;
const AHEAD = 10;
const PAUSE_MS = 250;
const MOMENT = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
const HIDDEN = new Set(['run_id', 'name', 'status']);

type Row = ReadonlyMap<string, Scalar>;

interface ISort {
  name: string;
  descending: boolean;
}

export function RunsView({ view, host }: { view: IRunsView; host: IHost }): JSX.Element {
  const { trans } = useUi();
  const [sort, setSort] = useState<ISort | null>(null);
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(view.columns.map(({ name }) => name).filter(name => !HIDDEN.has(name)))
  );
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [comparison, setComparison] = useState<IComparisonView | string | null>(null);
  const { row, total, problem } = useRows(view, host, sort, filter);
  const columns = view.columns.filter(({ name }) => chosen.has(name));

  const toggle = (runId: string): void => {
    setPicked(
      picked.includes(runId) ? picked.filter(other => other !== runId) : [...picked, runId]
    );
  };
  const sortBy = (name: string): void => {
    setSort(
      sort?.name !== name
        ? { name, descending: true }
        : sort.descending
          ? { name, descending: false }
          : null
    );
  };
  const compare = (): void => {
    setComparison(trans.__('Comparing…'));
    host.compare(picked).then(setComparison, (reason: unknown) => setComparison(textOf(reason)));
  };

  return (
    <section className="mlnb-NbRuns">
      <header>
        <b>{total === 1 ? trans.__('1 run') : trans.__('%1 runs', formatCount(total))}</b>
        <input
          type="search"
          aria-label={trans.__('Filter runs')}
          placeholder={
            view.query === null
              ? trans.__('filter by text')
              : trans.__('metrics.acc > 0.9, or text')
          }
          value={filter}
          onChange={event => setFilter(event.target.value)}
        />
        <ColumnChooser columns={view.columns} chosen={chosen} onChange={setChosen} />
        {problem !== null && <span className="mlnb-RunLine-error">{problem}</span>}
        {picked.length > 0 && (
          <span className="mlnb-mod-right mlnb-NbRuns-actions">
            <span className="mlnb-Quiet">{trans.__('%1 selected', picked.length)}</span>
            <button
              type="button"
              className="mlnb-Action mlnb-mod-primary"
              disabled={picked.length < 2}
              onClick={compare}
            >
              {trans.__('Compare')}
            </button>
            <button type="button" className="mlnb-Action" onClick={() => setPicked([])}>
              {trans.__('Clear')}
            </button>
          </span>
        )}
      </header>
      <Grid
        columns={columns}
        total={total}
        row={row}
        sort={sort}
        onSort={sortBy}
        picked={picked}
        onPick={toggle}
        {...(host.openRun === undefined ? {} : { onOpen: host.openRun })}
      />
      {view.same.length > 0 && (
        <p className="mlnb-Quiet">
          {trans.__('same in all:')} {view.same.map(([name, text]) => `${name} ${text}`).join(', ')}
        </p>
      )}
      {view.query === null && view.total > view.rows.length && (
        <p className="mlnb-Quiet">
          {trans.__(
            'the first %1 of %2 runs are kept here; the DataFrame has all',
            formatCount(view.rows.length),
            formatCount(view.total)
          )}
        </p>
      )}
      {typeof comparison === 'string' ? (
        <p className="mlnb-Quiet">{comparison}</p>
      ) : (
        comparison !== null && <ComparisonView view={comparison} host={host} />
      )}
    </section>
  );
}

function ColumnChooser(props: {
  columns: readonly IColumn[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}): JSX.Element {
  const { trans } = useUi();
  const { chosen } = props;
  return (
    <details className="mlnb-NbRuns-columns">
      <summary>{trans.__('Columns')}</summary>
      <div>
        {props.columns
          .filter(({ name }) => !HIDDEN.has(name))
          .map(({ name }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={chosen.has(name)}
                onChange={() => {
                  const next = new Set(chosen);
                  if (!next.delete(name)) {
                    next.add(name);
                  }
                  props.onChange(next);
                }}
              />
              {name}
            </label>
          ))}
      </div>
    </details>
  );
}

/** The rows in view, and some around them. */
function Grid(props: {
  columns: readonly IColumn[];
  total: number;
  row: (index: number) => Row | null;
  sort: ISort | null;
  onSort: (name: string) => void;
  picked: readonly string[];
  onPick: (runId: string) => void;
  onOpen?: (runId: string) => void;
}): JSX.Element {
  const { trans } = useUi();
  const { columns, total, sort } = props;
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.floor(top / ROW) - AHEAD);
  const last = Math.min(total, Math.ceil((top + HEIGHT) / ROW) + AHEAD);
  const template = `minmax(150px, 1.5fr) ${columns
    .map(({ name }) => (name === 'started_at' ? '128px' : 'minmax(76px, 1fr)'))
    .join(' ')}`;
  const sorting = (name: string): 'ascending' | 'descending' | 'none' =>
    sort?.name !== name ? 'none' : sort.descending ? 'descending' : 'ascending';
  return (
    <div
      className="mlnb-NbRuns-grid"
      role="table"
      aria-rowcount={total + 1}
      // A region that scrolls must be reachable by keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      style={{ maxHeight: HEIGHT }}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
    >
      <div role="row" className="mlnb-NbRuns-head" style={{ gridTemplateColumns: template }}>
        {[{ name: 'name', number: false }, ...columns].map(({ name, number }) => (
          <div
            key={name}
            role="columnheader"
            aria-sort={sorting(name)}
            className={number ? 'mlnb-Number' : undefined}
          >
            <button type="button" title={name} onClick={() => props.onSort(name)}>
              {titleOf(name)}
              {{ ascending: ' ↑', descending: ' ↓', none: '' }[sorting(name)]}
            </button>
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: total * ROW, position: 'relative' }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at).map(index => {
          const row = props.row(index);
          const runId = String(row?.get('run_id') ?? '');
          const name = String(row?.get('name') ?? '…');
          return (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              data-mlnb-run={runId}
              className="mlnb-NbRuns-row"
              style={{ gridTemplateColumns: template, top: index * ROW }}
            >
              <div role="rowheader">
                <input
                  type="checkbox"
                  aria-label={trans.__('Select %1', name)}
                  disabled={row === null}
                  checked={props.picked.includes(runId)}
                  onChange={() => props.onPick(runId)}
                />
                {row !== null && <StatusDot status={(row.get('status') ?? 'finished') as Status} />}
                {props.onOpen === undefined || row === null ? (
                  <span>{name}</span>
                ) : (
                  <button type="button" className="mlnb-Link" onClick={() => props.onOpen?.(runId)}>
                    {name}
                  </button>
                )}
              </div>
              {columns.map(column => (
                <div
                  key={column.name}
                  role="cell"
                  className={column.number ? 'mlnb-Number' : undefined}
                >
                  {row === null ? '' : textIn(column.name, row.get(column.name))}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The rows by place: those that the notebook keeps, and what the store gives beyond them. */
function useRows(
  view: IRunsView,
  host: IHost,
  sort: ISort | null,
  filter: string
): { row: (index: number) => Row | null; total: number; problem: string | null } {
  const kept = useMemo(
    () =>
      view.rows.map(row => new Map(view.columns.map(({ name }, at) => [name, row[at] ?? null]))),
    [view]
  );
  const [, redraw] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useSettled(filter.trim());
  const { query } = view;
  const untouched = sort === null && asked === '';

  const here = useMemo(
    () => (query === null ? sortedAndFiltered(kept, sort, filter) : kept),
    [query, kept, sort, filter]
  );
  const pages = useMemo(() => {
    if (query === null) {
      return null;
    }
    const wanted: Omit<IPageQuery, 'offset' | 'limit'> = {
      where: conditionOf(view, asked),
      order_by: sort === null ? (query.order_by ?? '') : orderOf(sort),
      children: query.children ?? false
    };
    return new Pages(
      (offset, limit) => host.page({ ...wanted, offset, limit }),
      () => redraw(count => count + 1),
      setProblem
    );
  }, [view, query, host, asked, sort]);

  useEffect(() => {
    setProblem(null);
    if (!untouched) {
      pages?.row(0);
    }
  }, [pages, untouched]);

  if (pages === null) {
    return { row: index => here[index] ?? null, total: here.length, problem };
  }
  return {
    row: index => (untouched && kept[index] ? kept[index] : pages.row(index)),
    total: untouched ? view.total : (pages.total ?? 0),
    problem
  };
}

class Pages {
  constructor(
    private readonly ask: (
      offset: number,
      limit: number
    ) => Promise<{ runs: IRunRow[]; total: number }>,
    private readonly changed: () => void,
    private readonly failed: (problem: string) => void
  ) {}

  total: number | null = null;

  row(index: number): Row | null {
    const page = Math.floor(index / PAGE);
    const found = this.pages.get(page);
    if (found === undefined) {
      this.pages.set(page, []);
      this.ask(page * PAGE, PAGE).then(
        ({ runs, total }) => {
          this.pages.set(page, runs.map(flat));
          this.total = total;
          this.changed();
        },
        (reason: unknown) => this.failed(textOf(reason))
      );
    }
    return found?.[index % PAGE] ?? null;
  }

  private readonly pages = new Map<number, Row[]>();
}

/** A run as the table's columns name its values. */
function flat(run: IRunRow): Row {
  const groups = [
    ['params', run.params],
    ['metrics', run.metrics],
    ['tags', run.tags]
  ] as const;
  return new Map<string, Scalar>([
    ...Object.entries(run).filter(
      (entry): entry is [string, Scalar] => typeof entry[1] !== 'object'
    ),
    ...groups.flatMap(([group, values]) =>
      Object.entries(values).map(([name, value]): [string, Scalar] => [`${group}.${name}`, value])
    )
  ]);
}

function sortedAndFiltered(
  rows: readonly Row[],
  sort: ISort | null,
  filter: string
): readonly Row[] {
  const words = filter.trim().toLowerCase();
  const found = words
    ? rows.filter(row =>
        [...row.values()].some(value => String(value).toLowerCase().includes(words))
      )
    : [...rows];
  if (sort !== null) {
    const sign = sort.descending ? -1 : 1;
    found.sort((a, b) => sign * ordered(a.get(sort.name), b.get(sort.name)));
  }
  return found;
}

function ordered(a: Scalar | undefined, b: Scalar | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') {
    return a - b;
  }
  return String(a ?? '').localeCompare(String(b ?? ''));
}

/** The table's own condition, what is typed, and: none that is newer than the table. */
function conditionOf(view: IRunsView, filter: string): string {
  const own = view.query?.where?.trim() ?? '';
  const pinned = view.newest === null ? own : withCondition(own, `run_id <= '${view.newest}'`);
  return filter === ''
    ? pinned
    : withCondition(pinned, /\bor\b/i.test(filter) ? `(${filter})` : filter);
}

function orderOf({ name, descending }: ISort): string {
  const dot = name.indexOf('.');
  const column = dot < 0 ? name : `${name.slice(0, dot)}.${quoted(name.slice(dot + 1))}`;
  return `${column} ${descending ? 'desc' : 'asc'}`;
}

function titleOf(name: string): string {
  return (
    { name: 'run', started_at: 'started', duration_s: 'took' }[name] ??
    name.replace(/^(params|metrics|tags)\./, '')
  );
}

function textIn(name: string, value: Scalar | undefined): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (name === 'duration_s') {
    return formatDuration(Number(value));
  }
  if (name === 'started_at') {
    return new Date(String(value)).toLocaleString(undefined, MOMENT);
  }
  return name.startsWith('metrics.') && typeof value === 'number'
    ? formatNumber(value)
    : formatScalar(value);
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** A text that is typed, when nothing was typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  const timer = useRef(0);
  useEffect(() => {
    timer.current = window.setTimeout(() => setSettled(text), PAUSE_MS);
    return () => window.clearTimeout(timer.current);
  }, [text]);
  return settled;
}
