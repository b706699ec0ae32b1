/** Which columns are shown, found by their names: a button and what it opens. */

import type { JSX, ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import { pinIcon } from './icons';
import { type IColumn, labelOf } from '../values/runcolumns';
import { Name } from './parts';
import { useUi } from './ui';

const LISTED = 200;

/** A button with a small panel that closes by Escape or a click elsewhere. */
export function Popover(props: {
  title: string;
  upwards?: boolean;
  /** Where a click on something inside closes it. */
  children: (close: () => void) => ReactNode;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) {
      return;
    }
    root.current
      ?.querySelector<HTMLElement>('.mlnb-Popover-panel input, .mlnb-Popover-panel button')
      ?.focus();
    const close = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div
      ref={root}
      className="mlnb-Popover"
      role="presentation"
      onKeyDown={event => {
        if (event.key === 'Escape' && open) {
          close();
          event.stopPropagation();
        }
      }}
    >
      <button
        ref={button}
        type="button"
        className="mlnb-Action"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {props.title}
      </button>
      {open && (
        <div
          className={`mlnb-Popover-panel${props.upwards ? ' mlnb-mod-upwards' : ''}`}
          role="dialog"
          aria-label={props.title}
        >
          {props.children(close)}
        </div>
      )}
    </div>
  );
}

export interface IColumnChooserProps {
  title: string;
  columns: readonly IColumn[];
  isShown: (key: string) => boolean;
  onToggle: (key: string) => void;
  /** A pinned column stays in view beside the names. */
  isPinned?: (key: string) => boolean;
  onPin?: (key: string) => void;
  upwards?: boolean | undefined;
}

export function ColumnChooser(props: IColumnChooserProps): JSX.Element {
  return (
    <Popover title={props.title} upwards={props.upwards ?? false}>
      {() => <Columns {...props} />}
    </Popover>
  );
}

function Columns(props: IColumnChooserProps): JSX.Element {
  const { trans } = useUi();
  const { columns, isShown, onToggle, isPinned, onPin } = props;
  const [text, setText] = useState('');
  const found = columns.filter(({ key }) => key.toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <input
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
                checked={isShown(column.key)}
                onChange={() => onToggle(column.key)}
              />
              <span className="mlnb-Quiet">{column.group}</span>
              <span>
                <Name name={labelOf(column, trans)} />
              </span>
            </label>
            {onPin && (
              <button
                type="button"
                className="mlnb-IconButton"
                aria-pressed={isPinned?.(column.key) ?? false}
                title={trans.__('Keep beside the names')}
                aria-label={trans.__('Pin %1', labelOf(column, trans))}
                onClick={() => onPin(column.key)}
              >
                <pinIcon.react tag="span" width="14px" height="14px" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="mlnb-Quiet">{trans.__('No column has that name')}</p>}
      {found.length > LISTED && (
        <p className="mlnb-Quiet">
          {trans.__('%1 more: type to find them', found.length - LISTED)}
        </p>
      )}
    </>
  );
}
