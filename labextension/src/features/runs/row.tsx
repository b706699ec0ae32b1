/** One run in the table; what equals the row above is dimmed. */

import type { JSX, MouseEvent } from 'react';
import { memo } from 'react';
import { starIcon } from '../../ui/icons';
import { toNumber } from '../../values/format';
import { type IColumn, textsOf, valueOf } from '../../values/runcolumns';
import type { IRunRow } from '../../core/tokens';
import { RunName } from '../../ui/parts';
import { StatusDot } from '../../ui/status';
import { useUi } from '../../ui/ui';

export const ROW = 28;

export interface IRunTableRowProps {
  id: string;
  index: number;
  page: readonly IRunRow[];
  /** The run's place in the page. */
  place: number;
  columns: readonly IColumn[];
  /** How far from the left the pinned columns stay. */
  pins: ReadonlyMap<string, number>;
  best: ReadonlyMap<string, number | null>;
  picked: boolean;
  active: boolean;
  onOpen: (row: IRunRow) => void;
  onClick: (index: number, row: IRunRow, event: MouseEvent) => void;
  onPick: (row: IRunRow) => void;
  onFilter: (row: IRunRow, column: IColumn) => void;
}

/** The texts of a page's columns, worked out once. */
const texts = new WeakMap<readonly IRunRow[], Map<IColumn, string[]>>();

function textsIn(page: readonly IRunRow[], column: IColumn): string[] {
  let byColumn = texts.get(page);
  if (byColumn === undefined) {
    byColumn = new Map();
    texts.set(page, byColumn);
  }
  let found = byColumn.get(column);
  if (found === undefined) {
    found = textsOf(page, column);
    byColumn.set(column, found);
  }
  return found;
}

export const RunTableRow = memo(function RunTableRow(props: IRunTableRowProps): JSX.Element | null {
  const { trans } = useUi();
  const { index, page, place, columns, pins, best, picked, active } = props;
  const row = page[place];
  if (row === undefined) {
    return null;
  }
  const classes = ['mlnb-RunTable-row'];
  if (picked) {
    classes.push('mlnb-mod-selected');
  }
  if (active) {
    classes.push('mlnb-mod-active');
  }
  return (
    // Keys go to the grid, which holds the focus and knows the active row.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={props.id}
      className={classes.join(' ')}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={picked}
      data-mlnb-run={row.run_id}
      style={{ transform: `translateY(${index * ROW}px)` }}
      onClick={event => props.onClick(index, row, event)}
      onContextMenu={event => props.onClick(index, row, event)}
    >
      <div className="mlnb-RunTable-name" role="rowheader">
        <input
          type="checkbox"
          tabIndex={-1}
          checked={picked}
          aria-label={trans.__('Select %1', row.name)}
          onChange={() => props.onPick(row)}
        />
        <StatusDot status={row.status} />
        <button
          type="button"
          className="mlnb-Link"
          tabIndex={-1}
          title={row.name}
          onClick={() => props.onOpen(row)}
        >
          <RunName name={row.name} />
        </button>
        {row.aliases.length > 0 && (
          <span className="mlnb-RunItem-star" title={row.aliases.join(', ')}>
            <starIcon.react tag="span" width="12px" height="12px" />
          </span>
        )}
      </div>
      {columns.map(column => {
        const all = textsIn(page, column);
        const text = all[place] ?? '';
        const value = valueOf(row, column);
        const winner = best.get(column.key) ?? null;
        const names = ['mlnb-RunTable-cell'];
        const pin = pins.get(column.key);
        if (column.numeric) {
          names.push('mlnb-Number');
        }
        if (pin !== undefined) {
          names.push('mlnb-mod-pinned');
        }
        if (winner !== null && toNumber(value) === winner) {
          names.push('mlnb-Best');
        } else if (place > 0 && text === all[place - 1]) {
          names.push('mlnb-mod-dimmed');
        }
        return (
          <div
            key={column.key}
            className={names.join(' ')}
            style={pin === undefined ? undefined : { left: pin }}
            role="gridcell"
            tabIndex={-1}
            title={value === null ? undefined : String(value)}
            onDoubleClick={() => props.onFilter(row, column)}
          >
            {text}
          </div>
        );
      })}
    </div>
  );
});

export function GapRow({ index }: { index: number }): JSX.Element {
  return (
    <div
      className="mlnb-RunTable-row mlnb-mod-gap"
      role="row"
      style={{ transform: `translateY(${index * ROW}px)` }}
    >
      <div className="mlnb-RunTable-name" role="rowheader">
        <span className="mlnb-Loading-bar" style={{ width: '60%' }} />
      </div>
    </div>
  );
}
