/** The quiet line under a tracked cell. */

import type { JSX } from 'react';
import {
  formatDuration,
  formatScalar,
  formatTogether,
  lastPart,
  toNumber
} from '../../values/format';
import type { IRunLine } from '../../core/tokens';
import { Change } from '../../ui/parts';
import { StatusDot } from '../../ui/status';
import { useUi } from '../../ui/ui';

const METRICS = 3;
const PARAMS = 2;

export function RunLine(props: { line: IRunLine; onOpen: () => void }): JSX.Element {
  const { trans } = useUi();
  const { line } = props;
  return (
    <button
      type="button"
      className="mlnb-RunLine"
      data-mlnb-run={line.run_id}
      title={trans.__('Open %1', line.name)}
      onClick={props.onOpen}
    >
      <StatusDot status={line.status} />
      <b>{line.name}</b>
      {line.error && <span className="mlnb-RunLine-error">{line.error}</span>}
      {line.metrics.slice(0, METRICS).map(({ name, value, previous }) => {
        const [number, before] = [toNumber(value), toNumber(previous)];
        return (
          <span key={name} className="mlnb-RunLine-metric">
            {name} <span className="mlnb-RunLine-value">{formatTogether([number, before])[0]}</span>{' '}
            <Change
              metric={name}
              value={number}
              before={before}
              against={line.previous?.name ?? ''}
            />
          </span>
        );
      })}
      {line.params.slice(0, PARAMS).map(({ name, value }) => (
        <span key={name} title={name}>
          {lastPart(name)} {formatScalar(value)}
        </span>
      ))}
      <Counts line={line} />
      {line.duration_s !== null && <span>{formatDuration(line.duration_s)}</span>}
      <span className="mlnb-RunLine-open">{trans.__('open')} ↗</span>
    </button>
  );
}

/** What was captured beyond what the line shows. */
function Counts({ line }: { line: IRunLine }): JSX.Element | null {
  const { trans } = useUi();
  const { datasets = 0, models = 0, figures = 0, metrics = 0 } = line.counts;
  const more = metrics - Math.min(METRICS, line.metrics.length);
  const parts = [
    more > 0 && trans._n('%1 more metric', '%1 more metrics', more),
    datasets > 0 && trans._n('%1 dataset', '%1 datasets', datasets),
    models > 0 && trans._n('%1 model', '%1 models', models),
    figures > 0 && trans._n('%1 figure', '%1 figures', figures)
  ].filter(Boolean);
  return parts.length === 0 ? null : <span>{parts.join(' · ')}</span>;
}
