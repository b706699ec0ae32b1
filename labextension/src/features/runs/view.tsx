/** The table of runs: like a good spreadsheet, of which the rows in view exist. */

import type { JSX, KeyboardEvent, MouseEvent } from 'react';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useModel } from '../../core/model';
import type { RunTableModel } from './model';
import { literal, withCondition } from '../../values/query';
import { bestOf, type IColumn, valueOf } from '../../values/runcolumns';
import type { IRunRow } from '../../core/tokens';
import { Explore } from '../../ui/explore/view';
import { bringIntoView, type ILines, useInView } from '../../ui/inview';
import { type IRunTableBarProps, RunTableBar } from './bar';
import { HEAD, RunTableHead } from './head';
import { GapRow, ROW, RunTableRow } from './row';
import { Banner, FirstSteps, Loading, Notice, Problem } from '../../ui/states';
import { useUi } from '../../ui/ui';

/** Width of the column of names. */
export const FIRST = 224;

export interface IRunTableProps extends Omit<IRunTableBarProps, 'search' | 'onLeave'> {
  onOpen: (row: IRunRow) => void;
  onTrack: () => void;
}

export function RunTable(props: IRunTableProps): JSX.Element {
  const { model } = props;
  useModel(model);
  useModel(model.picked);
  const search = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const retry = (): void => void model.refresh();
  const focusGrid = (): void => {
    if (model.picked.active === null) {
      model.picked.activate('0');
    }
    root.current?.querySelector<HTMLElement>('.mlnb-RunTable-grid')?.focus();
  };
  if (!model.ready) {
    return model.problem ? (
      <Problem error={model.problem} onRetry={retry} />
    ) : (
      <Loading rows={12} />
    );
  }
  return (
    <div className="mlnb-RunTable" ref={root}>
      <RunTableBar {...props} search={search} onLeave={focusGrid} />
      {model.problem && <Banner error={model.problem} onRetry={retry} />}
      {model.total > 0 ? (
        <Grid {...props} onSearch={() => search.current?.select()} />
      ) : (
        <Nothing {...props} />
      )}
      {(model.total > 0 || model.where !== '') && (
        <Explore
          foldable
          model={props.sample}
          where={model.where}
          onWhere={where => void model.setQuery(where)}
          onOpen={props.onOpen}
        />
      )}
    </div>
  );
}

function Nothing({ model, onTrack }: IRunTableProps): JSX.Element {
  const { trans } = useUi();
  return model.where === '' ? (
    <FirstSteps onAdd={onTrack} />
  ) : (
    <Notice
      title={trans.__('No run matches')}
      action={{ label: trans.__('Show all'), run: () => void model.setQuery('') }}
    />
  );
}

/** How far from the left the pinned columns stay. */
function pinsOf(model: RunTableModel): ReadonlyMap<string, number> {
  const pins = new Map<string, number>();
  let left = FIRST;
  for (const column of model.shown.filter(({ key }) => model.isPinned(key))) {
    pins.set(column.key, left);
    left += model.width(column);
  }
  return pins;
}

/** Rows of one height. */
function evenRows(length: number): ILines {
  return {
    length,
    top: index => index * ROW,
    indexAt: offset => Math.max(0, Math.min(length - 1, Math.floor(offset / ROW)))
  };
}

interface IGridProps extends IRunTableProps {
  onSearch: () => void;
}

function Grid(props: IGridProps): JSX.Element {
  const { trans } = useUi();
  const { model } = props;
  const { total, shown, picked } = model;
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => evenRows(total), [total]);
  const { from, to, moving } = useInView(scroller, lines);
  useEffect(() => {
    if (!moving) {
      model.ensure(from, to);
    }
  }, [model, from, to, moving, total]);
  const best = useMemo(() => new Map(shown.map(column => [column.key, bestOf(column)])), [shown]);

  const active = Number(picked.active ?? -1);
  const move = (index: number): void => {
    const target = Math.max(0, Math.min(total - 1, index));
    picked.activate(String(target));
    if (scroller.current !== null) {
      bringIntoView(scroller.current, lines, target, HEAD);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = model.at(active)?.row;
    const control =
      event.target instanceof Element && event.target.closest('button, input, [role=separator]');
    if (!control && handleKey(event, props, active, row, move)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const { onOpen } = props;
  const onClick = useCallback(
    (index: number, row: IRunRow, event: MouseEvent) => {
      picked.activate(String(index));
      if (event.ctrlKey || event.metaKey) {
        picked.toggle(row);
      }
    },
    [picked]
  );
  const onPick = useCallback((row: IRunRow) => picked.toggle(row), [picked]);
  const onFilter = useCallback(
    (row: IRunRow, column: IColumn) => {
      const value = valueOf(row, column);
      if (column.field !== null && value !== null) {
        void model.setQuery(withCondition(model.where, `${column.field} = ${literal(value)}`));
      }
    },
    [model]
  );

  const template = [FIRST, ...shown.map(column => model.width(column))]
    .map(width => `${width}px`)
    .join(' ');
  // A row is drawn again only if the pins' places have changed, which the template tells.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const pins = useMemo(() => pinsOf(model), [model, model.shown, template]);
  const rows = Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place);
  return (
    <div
      ref={scroller}
      className="mlnb-RunTable-grid"
      role="grid"
      tabIndex={0}
      aria-label={trans.__('Runs')}
      aria-rowcount={total + 1}
      aria-colcount={shown.length + 1}
      aria-multiselectable
      aria-activedescendant={active < 0 ? undefined : rowId(active)}
      style={{ ['--mlnb-columns' as string]: template }}
      onKeyDown={onKeyDown}
    >
      <RunTableHead model={model} pins={pins} />
      <div className="mlnb-RunTable-space" role="rowgroup" style={{ height: total * ROW }}>
        {rows.map(index => {
          const place = model.at(index);
          return place === null ? (
            <GapRow key={index} index={index} />
          ) : (
            <RunTableRow
              key={index}
              id={rowId(index)}
              index={index}
              page={place.page}
              place={place.index}
              columns={shown}
              pins={pins}
              best={best}
              picked={picked.has(place.row.run_id)}
              active={index === active}
              onOpen={onOpen}
              onClick={onClick}
              onPick={onPick}
              onFilter={onFilter}
            />
          );
        })}
      </div>
    </div>
  );
}

function rowId(index: number): string {
  return `mlnb-table-row-${index}`;
}

/** Whether the key meant something here. */
function handleKey(
  event: KeyboardEvent,
  { model, onOpen, onSearch }: IGridProps,
  active: number,
  row: IRunRow | undefined,
  move: (index: number) => void
): boolean {
  switch (event.key) {
    case 'ArrowDown':
      move(active + 1);
      return true;
    case 'ArrowUp':
      move(active - 1);
      return true;
    case 'PageDown':
      move(active + 20);
      return true;
    case 'PageUp':
      move(active - 20);
      return true;
    case 'Home':
      move(0);
      return true;
    case 'End':
      move(model.total - 1);
      return true;
    case ' ':
      if (row !== undefined) {
        model.picked.toggle(row);
      }
      return true;
    case 'Enter':
      if (row !== undefined) {
        onOpen(row);
      }
      return true;
    case '/':
      onSearch();
      return true;
    case 'Escape':
      model.picked.clear();
      return true;
    default:
      return false;
  }
}
