/** The table's head: groups of columns, below them the columns, which sort and are resized. */

import type { JSX, PointerEvent } from 'react';
import { useRef } from 'react';
import { useModel } from '../../core/model';
import type { RunTableModel } from './model';
import { type Group, type IColumn, labelOf } from '../../values/runcolumns';
import { Name } from '../../ui/parts';
import { useUi } from '../../ui/ui';

/** Height of both lines together. */
export const HEAD = 52;
const STEP = 16;

export function RunTableHead(props: {
  model: RunTableModel;
  /** How far from the left the pinned columns stay. */
  pins: ReadonlyMap<string, number>;
}): JSX.Element {
  const { trans } = useUi();
  const { model, pins } = props;
  useModel(model);
  const { shown } = model;
  const names: Record<Group, string> = {
    params: trans.__('params'),
    metrics: trans.__('metrics'),
    data: trans.__('data'),
    run: trans.__('run'),
    tags: trans.__('tags')
  };
  return (
    <div className="mlnb-RunTable-head" role="rowgroup" style={{ height: HEAD }}>
      <div className="mlnb-RunTable-groups" aria-hidden="true">
        <span className="mlnb-RunTable-name" />
        {spans(shown, pins).map(({ key, group, count }) => (
          <span key={key} style={{ gridColumn: `span ${count}` }}>
            <span>{group === null ? '' : names[group]}</span>
          </span>
        ))}
      </div>
      <div className="mlnb-RunTable-heads" role="row" aria-rowindex={1}>
        <div className="mlnb-RunTable-name" role="columnheader">
          {trans.__('run')}
        </div>
        {shown.map(column => (
          <ColumnHead
            key={column.key}
            model={model}
            column={column}
            pin={pins.get(column.key) ?? null}
          />
        ))}
      </div>
    </div>
  );
}

interface ISpan {
  key: string;
  /** Null over the pinned columns, which are of any group. */
  group: Group | null;
  count: number;
}

function spans(columns: readonly IColumn[], pins: ReadonlyMap<string, number>): ISpan[] {
  const found: ISpan[] = [];
  for (const column of columns) {
    const group = pins.has(column.key) ? null : column.group;
    const last = found[found.length - 1];
    if (last?.group === group) {
      last.count += 1;
    } else {
      found.push({ key: column.key, group, count: 1 });
    }
  }
  return found;
}

function ColumnHead(props: {
  model: RunTableModel;
  column: IColumn;
  pin: number | null;
}): JSX.Element {
  const { trans } = useUi();
  const { model, column, pin } = props;
  const order = model.order?.key === column.key ? model.order : null;
  const label = labelOf(column, trans);
  return (
    <div
      className={`mlnb-RunTable-column${column.numeric ? ' mlnb-Number' : ''}${pin === null ? '' : ' mlnb-mod-pinned'}`}
      style={pin === null ? undefined : { left: pin }}
      data-mlnb-column={column.key}
      role="columnheader"
      aria-sort={order === null ? 'none' : order.descending ? 'descending' : 'ascending'}
    >
      <button
        type="button"
        title={column.field === null ? label : trans.__('Sort by %1', label)}
        disabled={column.field === null}
        onClick={() => void model.sortBy(column)}
      >
        <Name name={label} />
        {order !== null && <span aria-hidden="true">{order.descending ? ' ↓' : ' ↑'}</span>}
      </button>
      <Resizer model={model} column={column} label={label} />
    </div>
  );
}

function Resizer(props: { model: RunTableModel; column: IColumn; label: string }): JSX.Element {
  const { trans } = useUi();
  const { model, column } = props;
  const from = useRef<{ x: number; width: number } | null>(null);
  const width = model.width(column);
  return (
    // A separator that can be moved is a control, which the rule doesn't know.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className="mlnb-RunTable-resizer"
      role="separator"
      aria-orientation="vertical"
      aria-label={trans.__('Width of %1', props.label)}
      aria-valuenow={width}
      aria-valuemin={48}
      aria-valuemax={1000}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={event => {
        if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
          model.setWidth(column.key, width + (event.key === 'ArrowRight' ? STEP : -STEP));
          event.preventDefault();
        }
      }}
      onPointerDown={(event: PointerEvent) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={(event: PointerEvent) => {
        if (from.current !== null) {
          model.setWidth(column.key, from.current.width + event.clientX - from.current.x);
        }
      }}
      onPointerUp={() => {
        from.current = null;
      }}
    />
  );
}
