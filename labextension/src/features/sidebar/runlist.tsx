/** The sidebar's list, virtual: of 100,000 runs some twenty lines exist. */

import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import type { JSX, KeyboardEvent, MouseEvent } from 'react';
import { useCallback, useEffect, useRef } from 'react';
import { formatCount, lastPart } from '../../values/format';
import { HEIGHTS, type IGroupState, type Line, type Lines } from '../../core/grouping';
import type { IRunFacts } from './facts';
import type { IBatchInfo, IRunRow } from '../../core/tokens';
import { useNow } from '../../ui/clock';
import { bringIntoView, useInView } from '../../ui/inview';
import { RunItem } from './runitem';
import { useUi } from '../../ui/ui';

export interface IRunListProps {
  lines: Lines;
  active: string | null;
  selected: (runId: string) => boolean;
  picking: boolean;
  /** `ask` for what isn't here yet. */
  facts: (row: IRunRow, ask: boolean) => IRunFacts;
  /** The metric that stands for an experiment's runs. */
  heading: (experiment: string) => string | null;
  /** Lines that are in view now. */
  onView: (from: number, to: number) => void;
  onActivate: (key: string) => void;
  onOpen: (row: IRunRow) => void;
  onPick: (rows: readonly IRunRow[], how: 'toggle' | 'add') => void;
  onClear: () => void;
  onSearch: () => void;
  onToggleGroup: (experiment: string) => void;
  onToggleBatch: (batchId: string) => void;
}

export function RunList(props: IRunListProps): JSX.Element {
  const { trans } = useUi();
  const { lines, active, onView } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  const { from, to, moving } = useInView(scroller, lines);
  useEffect(() => {
    if (to >= from && !moving) {
      onView(from, to);
    }
  }, [onView, from, to, moving, lines]);

  const move = (index: number): Line | null => {
    const target = Math.max(0, Math.min(lines.length - 1, index));
    const line = lines.at(target);
    if (line !== null && scroller.current !== null) {
      bringIntoView(scroller.current, lines, target);
      props.onActivate(line.key);
    }
    return line;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (handleKey(event, props, active === null ? -1 : lines.indexOf(active), move)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const { onPick } = props;
  const onToggle = useCallback(
    (row: IRunRow, _event: MouseEvent) => onPick([row], 'toggle'),
    [onPick]
  );
  const onClick = (line: Line, event: MouseEvent): void => {
    props.onActivate(line.key);
    if (line.kind === 'experiment') {
      props.onToggleGroup(line.group.experiment);
    } else if (line.kind === 'batch') {
      props.onToggleBatch(line.batch.batch_id);
    } else if (line.kind === 'run') {
      if (event.shiftKey && active !== null) {
        props.onPick(rowsBetween(lines, lines.indexOf(active), lines.indexOf(line.key)), 'add');
      } else if (event.ctrlKey || event.metaKey) {
        props.onPick([line.row], 'toggle');
      } else {
        props.onOpen(line.row);
      }
    }
  };

  return (
    <div
      ref={scroller}
      className="mlnb-RunList"
      role="tree"
      tabIndex={0}
      aria-label={trans.__('Runs')}
      aria-multiselectable
      aria-activedescendant={active === null ? undefined : domId(active)}
      onKeyDown={onKeyDown}
    >
      <div className="mlnb-RunList-space" style={{ height: lines.height }}>
        {inView(from, to).map(index => {
          const line = lines.at(index);
          if (line === null) {
            return null;
          }
          const selected = line.kind === 'run' && props.selected(line.row.run_id);
          return (
            // Keys go to the tree, which holds the focus and knows the active line.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={line.key}
              id={domId(line.key)}
              role="treeitem"
              tabIndex={-1}
              aria-level={line.kind === 'experiment' ? 1 : line.kind === 'batch' ? 2 : 3}
              aria-selected={selected}
              aria-expanded={expanded(line)}
              className={`mlnb-RunList-line${active === line.key ? ' mlnb-mod-active' : ''}${selected ? ' mlnb-mod-selected' : ''}`}
              data-mlnb-run={line.kind === 'run' ? line.row.run_id : undefined}
              style={{
                height: HEIGHTS[line.kind],
                transform: `translateY(${lines.top(index)}px)`
              }}
              onClick={event => onClick(line, event)}
              onContextMenu={() => props.onActivate(line.key)}
            >
              {line.kind === 'experiment' && (
                <ExperimentLine group={line.group} metric={props.heading(line.group.experiment)} />
              )}
              {line.kind === 'batch' && <BatchLine batch={line.batch} collapsed={line.collapsed} />}
              {line.kind === 'run' && (
                <RunItem
                  row={line.row}
                  {...props.facts(line.row, !moving)}
                  heading={props.heading(line.experiment)}
                  selected={selected}
                  picking={props.picking}
                  batch={line.batch}
                  now={now}
                  onToggle={onToggle}
                />
              )}
              {line.kind === 'gap' && <div className="mlnb-RunList-gap" />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function inView(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place);
}

/** Whether the key meant something here. */
function handleKey(
  event: KeyboardEvent,
  props: IRunListProps,
  at: number,
  move: (index: number) => Line | null
): boolean {
  const line = at < 0 ? null : props.lines.at(at);
  switch (event.key) {
    case 'ArrowDown':
    case 'ArrowUp': {
      const next = move(event.key === 'ArrowDown' ? at + 1 : at - 1);
      if (event.shiftKey && next?.kind === 'run') {
        const rows = line?.kind === 'run' ? [line.row, next.row] : [next.row];
        props.onPick(rows, 'add');
      }
      return true;
    }
    case 'Home':
      move(0);
      return true;
    case 'End':
      move(props.lines.length - 1);
      return true;
    case 'PageDown':
    case 'PageUp':
      move(at + (event.key === 'PageDown' ? 10 : -10));
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
      return fold(props, line, event.key === 'ArrowRight');
    case ' ':
      if (line?.kind === 'run') {
        props.onPick([line.row], 'toggle');
      }
      return true;
    case 'Enter':
      if (line?.kind === 'run') {
        props.onOpen(line.row);
      } else {
        fold(props, line, line !== null && !expanded(line));
      }
      return true;
    case 'Escape':
      props.onClear();
      return true;
    case '/':
      props.onSearch();
      return true;
    default:
      return false;
  }
}

function fold(props: IRunListProps, line: Line | null, open: boolean): boolean {
  if (line === null || expanded(line) === undefined || expanded(line) === open) {
    return false;
  }
  if (line.kind === 'experiment') {
    props.onToggleGroup(line.group.experiment);
  } else if (line.kind === 'batch') {
    props.onToggleBatch(line.batch.batch_id);
  }
  return true;
}

function expanded(line: Line): boolean | undefined {
  switch (line.kind) {
    case 'experiment':
      return !line.group.collapsed;
    case 'batch':
      return !line.collapsed;
    default:
      return undefined;
  }
}

function rowsBetween(lines: Lines, a: number, b: number): IRunRow[] {
  const rows: IRunRow[] = [];
  for (let index = Math.max(0, Math.min(a, b)); index <= Math.max(a, b); index += 1) {
    const line = lines.at(index);
    if (line?.kind === 'run') {
      rows.push(line.row);
    }
  }
  return rows;
}

function domId(key: string): string {
  return `mlnb-line-${key.replace(/[^\w-]/g, '_')}`;
}

function Caret({ open }: { open: boolean }): JSX.Element {
  const Icon = open ? caretDownIcon : caretRightIcon;
  return <Icon.react tag="span" className="mlnb-Caret" width="12px" height="12px" />;
}

function ExperimentLine(props: { group: IGroupState; metric: string | null }): JSX.Element {
  const { group, metric } = props;
  return (
    <div className="mlnb-ExperimentLine">
      <Caret open={!group.collapsed} />
      <span className="mlnb-ExperimentLine-name">{group.experiment}</span>
      <span className="mlnb-ExperimentLine-count">{formatCount(group.total)}</span>
      {!group.collapsed && (
        <span className="mlnb-ExperimentLine-metric" title={metric ?? undefined}>
          {metric}
        </span>
      )}
    </div>
  );
}

function BatchLine(props: { batch: IBatchInfo; collapsed: boolean }): JSX.Element {
  const { trans } = useUi();
  const { batch } = props;
  const share = batch.total === 0 ? 0 : (100 * batch.done) / batch.total;
  return (
    <div className="mlnb-BatchLine">
      <Caret open={!props.collapsed} />
      <span className="mlnb-BatchLine-name" title={trans.__('batch %1', batch.name)}>
        {batch.name}
      </span>
      <span className="mlnb-BatchLine-varied">{batch.varied.map(lastPart).join(' · ')}</span>
      {batch.failed > 0 && (
        <span
          className="mlnb-BatchLine-failed"
          title={trans._n('%1 run failed', '%1 runs failed', batch.failed)}
        >
          ✕ {batch.failed}
        </span>
      )}
      <span className="mlnb-BatchLine-count">
        {batch.done < batch.total
          ? `${batch.done}/${batch.total}`
          : trans._n('%1 run', '%1 runs', batch.total)}
      </span>
      {batch.state === 'running' && batch.done < batch.total && (
        <span
          className="mlnb-Progress"
          role="progressbar"
          aria-valuenow={batch.done}
          aria-valuemin={0}
          aria-valuemax={batch.total}
          aria-label={trans.__('Progress of the batch')}
        >
          <span style={{ width: `${share}%` }} />
        </span>
      )}
    </div>
  );
}
