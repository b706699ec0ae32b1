/** Above the table: the search, the conditions of its query, what is the same in all, and what can be done. */

import { closeIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useEffect, useRef, useState } from 'react';
import { formatCount, formatScalar, shortDigest } from '../format';
import type { RunTableModel } from '../models/runtable';
import { conditions, without } from '../query';
import { type IColumn, labelOf } from '../runcolumns';
import { Folded, Name } from './parts';
import type { IRunTableProps } from './runtable';
import { SearchBox } from './searchbox';
import { useUi } from './ui';

const LISTED = 200;
const SAID = 6;

export function RunTableBar(props: IRunTableProps): JSX.Element {
  const { trans } = useUi();
  const { model } = props;
  const search = useRef<HTMLInputElement>(null);
  const { picked } = model;
  return (
    <div className="mlnb-RunTable-bar">
      <div className="mlnb-RunTable-tools">
        <SearchBox
          where={model.where}
          error={model.queryError}
          words={model.words}
          input={search}
          onQuery={where => void model.setQuery(where)}
          onLeave={() => search.current?.blur()}
        />
        <span className="mlnb-Quiet" aria-live="polite">
          {trans._n('%2 run', '%2 runs', model.total, formatCount(model.total))}
        </span>
        <span className="mlnb-RunTable-actions">
          {picked.size > 0 && (
            <>
              <span className="mlnb-Quiet">{trans.__('%1 selected', picked.size)}</span>
              <button type="button" className="mlnb-Action" onClick={() => picked.clear()}>
                {trans.__('Clear')}
              </button>
              <button
                type="button"
                className="mlnb-Action mlnb-mod-primary"
                disabled={picked.size < 2}
                title={picked.size < 2 ? trans.__('Select two or more runs') : undefined}
                onClick={() => props.onCompare(picked.rows)}
              >
                {trans.__('Compare')}
              </button>
            </>
          )}
          <Chooser model={model} />
          <button type="button" className="mlnb-Action" onClick={props.onExport}>
            {trans.__('Export CSV')}
          </button>
        </span>
      </div>
      <Chips model={model} />
      <Same columns={model.constant} />
    </div>
  );
}

/** The query's conditions, each of which can be taken off. */
function Chips({ model }: { model: RunTableModel }): JSX.Element | null {
  const { trans } = useUi();
  const found = conditions(model.where);
  return found.length === 0 ? null : (
    <ul className="mlnb-Chips" aria-label={trans.__('Filters')}>
      {found.map(condition => (
        <li key={condition}>
          <code>{condition}</code>
          <button
            type="button"
            className="mlnb-IconButton"
            aria-label={trans.__('Remove the filter %1', condition)}
            onClick={() => void model.setQuery(without(model.where, condition))}
          >
            <closeIcon.react tag="span" width="12px" height="12px" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What is the same in all runs, in one line. */
function Same({ columns }: { columns: readonly IColumn[] }): JSX.Element | null {
  const { trans } = useUi();
  if (columns.length === 0) {
    return null;
  }
  const said = (column: IColumn): string =>
    column.group === 'data' ? shortDigest(String(column.value)) : formatScalar(column.value);
  const items = (some: readonly IColumn[]): JSX.Element[] =>
    some.map(column => (
      <span key={column.key} className="mlnb-RunTable-fact" title={column.key}>
        {labelOf(column, trans)} <b>{said(column)}</b>
      </span>
    ));
  return (
    <div className="mlnb-RunTable-same">
      <span className="mlnb-Quiet">{trans.__('Same in all:')}</span> {items(columns.slice(0, SAID))}
      {columns.length > SAID && (
        <Folded summary={trans.__('%1 more', columns.length - SAID)}>
          {items(columns.slice(SAID))}
        </Folded>
      )}
    </div>
  );
}

/** Which columns are shown, found by their names. */
function Chooser({ model }: { model: RunTableModel }): JSX.Element {
  const { trans } = useUi();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const root = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!open) {
      return;
    }
    input.current?.focus();
    const close = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [open]);
  const found = model.columns.filter(({ key }) => key.toLowerCase().includes(text.toLowerCase()));
  return (
    <div
      ref={root}
      className="mlnb-Chooser"
      role="presentation"
      onKeyDown={event => {
        if (event.key === 'Escape' && open) {
          setOpen(false);
          event.stopPropagation();
        }
      }}
    >
      <button
        type="button"
        className="mlnb-Action"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {trans.__('Columns')}
      </button>
      {open && (
        <div className="mlnb-Chooser-panel" role="dialog" aria-label={trans.__('Columns')}>
          <input
            ref={input}
            type="text"
            value={text}
            placeholder={trans.__('Find a column')}
            aria-label={trans.__('Find a column')}
            onChange={event => setText(event.target.value)}
          />
          <ul>
            {found.slice(0, LISTED).map(column => (
              <li key={column.key}>
                <label>
                  <input
                    type="checkbox"
                    checked={model.isShown(column.key)}
                    onChange={() => model.toggleColumn(column.key)}
                  />
                  <span className="mlnb-Quiet">{column.group}</span>
                  <span>
                    <Name name={labelOf(column, trans)} />
                  </span>
                </label>
              </li>
            ))}
          </ul>
          {found.length > LISTED && (
            <p className="mlnb-Quiet">
              {trans.__('%1 more: type to find them', found.length - LISTED)}
            </p>
          )}
        </div>
      )}
    </div>
  );
}
