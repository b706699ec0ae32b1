/** A run as two quiet lines: what it is called and what came out; how that compares, how long, when. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, MouseEvent } from 'react';
import { memo } from 'react';
import {
  formatAge,
  formatChange,
  formatDuration,
  formatNumber,
  formatScalar,
  formatTime
} from '../../values/format';
import { starIcon } from '../../ui/icons';
import { judge } from '../../values/metrics';
import type { IRunFacts } from './facts';
import type { IBatchInfo, IRunRow } from '../../core/tokens';
import { varied } from '../../core/grouping';
import { RunName } from '../../ui/parts';
import { Sparkline, TrendBars } from '../../ui/sparkline';
import { StatusDot, statusName } from '../../ui/status';
import { useUi } from '../../ui/ui';

/** Tags that a line's title names. */
const TOLD_TAGS = 12;

export interface IRunItemProps extends IRunFacts {
  row: IRunRow;
  /** The metric that the experiment's line names for all. */
  heading: string | null;
  selected: boolean;
  picking: boolean;
  /** The batch under whose line the run stands. */
  batch: IBatchInfo | null;
  now: number;
  onToggle: (row: IRunRow, event: MouseEvent) => void;
}

export const RunItem = memo(function RunItem(props: IRunItemProps): JSX.Element {
  const { trans } = useUi();
  const { row, metric, selected } = props;
  const classes = ['mlnb-RunItem'];
  if (props.batch !== null) {
    classes.push('mlnb-mod-indented');
  }
  if (props.picking) {
    classes.push('mlnb-mod-picking');
  }
  return (
    <div className={classes.join(' ')} title={title(row, trans)}>
      <span className="mlnb-RunItem-mark">
        <StatusDot status={row.status} />
        <input
          type="checkbox"
          className="mlnb-RunItem-check"
          tabIndex={-1}
          checked={selected}
          aria-label={trans.__('Select %1', row.name)}
          onChange={() => undefined}
          onClick={event => {
            event.stopPropagation();
            props.onToggle(row, event);
          }}
        />
      </span>
      <span className="mlnb-RunItem-name">
        <span className="mlnb-RunItem-text">
          <Label row={row} batch={props.batch} />
        </span>
        {row.aliases.length > 0 && (
          <span className="mlnb-RunItem-star" title={row.aliases.join(', ')}>
            <starIcon.react tag="span" width="12px" height="12px" />
          </span>
        )}
      </span>
      <span className="mlnb-RunItem-value">{metric && formatNumber(metric.value)}</span>
      <span className="mlnb-RunItem-shape">
        <Shape {...props} />
      </span>
      <span className="mlnb-RunItem-below">
        <Below {...props} />
        <span className="mlnb-RunItem-age">{formatAge(row.started_at, props.now, trans)}</span>
      </span>
    </div>
  );
});

/** The run's name; inside a batch what tells it from the others, where a narrow list shows the values alone. */
function Label({ row, batch }: Pick<IRunItemProps, 'row' | 'batch'>): JSX.Element {
  const parts = batch === null ? [] : varied(batch, row);
  return parts.length === 0 ? (
    <RunName name={row.name} />
  ) : (
    <>
      {parts.map(([name, value], index) => (
        <span key={name}>
          {index > 0 && ' · '}
          <span className="mlnb-RunItem-what">{name} </span>
          {value}
        </span>
      ))}
    </>
  );
}

function Shape({ metric, curve, trend }: IRunItemProps): JSX.Element | null {
  const { trans } = useUi();
  if (metric === null) {
    return null;
  }
  if (curve !== null && curve.length > 1) {
    return <Sparkline values={curve} label={trans.__('%1 over its steps', metric.name)} />;
  }
  return <TrendBars values={trend} label={trans.__('%1 over the last runs', metric.name)} />;
}

/** The second line: an error instead of numbers, where there is one. */
function Below({ row, metric, before, heading }: IRunItemProps): JSX.Element {
  const { trans } = useUi();
  if (row.status === 'failed' && row.error !== null) {
    return <span className="mlnb-RunItem-error">{row.error}</span>;
  }
  const duration = formatDuration(row.duration_s);
  const change = metric && before ? formatChange(metric.value, before.value) : '';
  const time =
    row.status === 'running' || row.status === 'killed' ? statusName(row.status, trans) : duration;
  return (
    <>
      {metric && metric.name !== heading && (
        <span className="mlnb-RunItem-metric" title={metric.name}>
          {metric.name}
        </span>
      )}
      {metric && before && change && (
        <span
          className={`mlnb-Change mlnb-mod-${judge(metric.name, metric.value, before.value)}`}
          title={trans.__('%1 in %2', formatScalar(before.value), before.name)}
        >
          {change}
        </span>
      )}
      {time && <span>{time}</span>}
    </>
  );
}

function title(row: IRunRow, trans: TranslationBundle): string {
  const lines = [
    `${row.name} · ${statusName(row.status, trans)}`,
    formatTime(row.started_at) +
      (row.duration_s === null ? '' : ` · ${formatDuration(row.duration_s)}`)
  ];
  if (row.notebook) {
    lines.push(row.notebook);
  }
  if (row.aliases.length > 0) {
    lines.push(row.aliases.join(', '));
  }
  const tags = Object.entries(row.tags)
    .slice(0, TOLD_TAGS)
    .map(([key, value]) => `${key}=${value}`);
  if (tags.length > 0) {
    lines.push(tags.join(' '));
  }
  if (row.error) {
    lines.push(row.error);
  }
  if (row.note) {
    lines.push(row.note);
  }
  return lines.join('\n');
}
