/** Metrics and parameters, each with the run before it; what is known about the run's making. */

import type { JSX } from 'react';
import { useState } from 'react';
import { formatScalar, formatTogether, toNumber } from '../../values/format';
import { apart } from '../../values/doubled';
import { direction } from '../../values/metrics';
import type { CurvesModel } from '../../core/curves';
import type { IMetricDetail, IRunDetail } from '../../core/tokens';
import { useAttempt } from '../../ui/attempt';
import { Card, Change, Folded, Name } from '../../ui/parts';
import { Sparkline } from '../../ui/sparkline';
import { Refusal } from '../../ui/states';
import { useUi } from '../../ui/ui';

const FEW = 12;

export function Overview(props: {
  run: IRunDetail;
  curves: CurvesModel;
  store: string | null;
  onNote: (note: string) => Promise<void>;
}): JSX.Element {
  const { run } = props;
  return (
    <div className="mlnb-Overview">
      <MetricsCard {...props} />
      <ParamsCard run={run} />
      <div className="mlnb-Overview-side">
        {run.verdicts.length > 0 && <VerdictCard run={run} />}
        <NoteCard note={run.note} onNote={props.onNote} />
      </div>
    </div>
  );
}

function MetricsCard(props: {
  run: IRunDetail;
  curves: CurvesModel;
  store: string | null;
}): JSX.Element {
  const { trans } = useUi();
  const { run } = props;
  const { told, doubled } = apart(
    run.metrics_detail.map(metric => ({
      ...metric,
      values: [metric.last, run.previous?.metrics[metric.name]]
    }))
  );
  const metrics = told.sort((a, b) => Math.abs(direction(b.name)) - Math.abs(direction(a.name)));
  const against = run.previous?.name;
  return (
    <Card
      title={trans.__('Metrics')}
      aside={against && metrics.length > 0 && <small>{trans.__('against %1', against)}</small>}
    >
      {metrics.length === 0 && <p className="mlnb-Quiet">{trans.__('None recorded')}</p>}
      <table className="mlnb-Facts">
        <tbody>
          {metrics.slice(0, FEW).map(metric => (
            <MetricLine key={metric.name} metric={metric} {...props} />
          ))}
        </tbody>
      </table>
      {metrics.length > FEW && (
        <Folded summary={trans.__('%1 more', metrics.length - FEW)}>
          <table className="mlnb-Facts">
            <tbody>
              {metrics.slice(FEW).map(metric => (
                <MetricLine key={metric.name} metric={metric} {...props} />
              ))}
            </tbody>
          </table>
        </Folded>
      )}
      <Doubled names={doubled.map(({ name }) => name)} />
    </Card>
  );
}

/** Names that say again what a shorter one says. */
function Doubled({ names }: { names: readonly string[] }): JSX.Element | null {
  const { trans } = useUi();
  return names.length === 0 ? null : (
    <Folded summary={trans._n('%1 repeats these', '%1 repeat these', names.length)}>
      <ul className="mlnb-Quiet">
        {names.map(name => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </Folded>
  );
}

function MetricLine(props: {
  metric: IMetricDetail;
  run: IRunDetail;
  curves: CurvesModel;
  store: string | null;
}): JSX.Element {
  const { trans } = useUi();
  const { metric, run } = props;
  const value = toNumber(metric.last);
  const before = toNumber(run.previous?.metrics[metric.name]);
  const [text] = formatTogether([value, before]);
  const curve = metric.count > 1 ? props.curves.get(props.store, run, metric.name, 24) : null;
  return (
    <tr>
      <th
        scope="row"
        title={metric.estimator ? `${metric.name} · ${metric.estimator}` : metric.name}
      >
        <Name name={metric.name} />
      </th>
      <td className="mlnb-Facts-shape">
        {curve && (
          <Sparkline values={curve.values} label={trans.__('%1 over its steps', metric.name)} />
        )}
      </td>
      <td className="mlnb-Facts-number">{text}</td>
      <td className="mlnb-Facts-change">
        <Change
          metric={metric.name}
          value={value}
          before={before}
          against={run.previous?.name ?? ''}
        />
      </td>
    </tr>
  );
}

function ParamsCard({ run }: { run: IRunDetail }): JSX.Element {
  const { trans } = useUi();
  const { previous } = run;
  const { told, doubled } = apart(
    run.params_detail.map(param => ({
      ...param,
      values: [run.params[param.name], previous?.params[param.name]]
    }))
  );
  const changed = told.filter(
    ({ name }) =>
      previous !== null && formatScalar(previous.params[name]) !== formatScalar(run.params[name])
  );
  const first = previous === null ? told : changed;
  const [few, more] = first.length > FEW ? [first.slice(0, FEW), first.slice(FEW)] : [first, []];
  const rest = previous === null ? [] : told.filter(param => !changed.includes(param));
  const lines = (params: typeof changed): JSX.Element => (
    <table className="mlnb-Facts">
      <tbody>
        {params.map(({ name, value, source }) => (
          <tr key={name}>
            <th scope="row" title={trans.__('%1 · %2', name, source)}>
              <Name name={name} />
            </th>
            <td className="mlnb-Facts-number" title={value}>
              {value}
            </td>
            <td className="mlnb-Facts-change">
              {params !== rest && previous && (
                <span className="mlnb-Before" title={trans.__('in %1', previous.name)}>
                  ({formatScalar(previous.params[name])})
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Card
      title={trans.__('Parameters')}
      aside={changed.length > 0 && previous && <small>{trans.__('(in %1)', previous.name)}</small>}
    >
      {run.params_detail.length === 0 && <p className="mlnb-Quiet">{trans.__('None recorded')}</p>}
      {lines(few)}
      {more.length > 0 && <Folded summary={trans.__('%1 more', more.length)}>{lines(more)}</Folded>}
      {rest.length > 0 && (
        <Folded
          open={changed.length === 0 || rest.length <= 6}
          summary={trans._n('%1 as before', '%1 as before', rest.length)}
        >
          {lines(rest)}
        </Folded>
      )}
      <Doubled names={doubled.map(({ name }) => name)} />
    </Card>
  );
}

function VerdictCard({ run }: { run: IRunDetail }): JSX.Element {
  const { trans } = useUi();
  const good = new Set(['same', 'exact', 'within tolerance', 'reproduced']);
  return (
    <Card title={trans.__('Reproduced')}>
      <ul className="mlnb-Checks">
        {run.verdicts.map(({ part, outcome, detail }) => (
          <li key={part} className={good.has(outcome) ? 'mlnb-mod-passed' : 'mlnb-mod-refused'}>
            {part} <span>{detail || outcome}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function NoteCard(props: {
  note: string | null;
  onNote: (note: string) => Promise<void>;
}): JSX.Element {
  const { trans } = useUi();
  const [text, setText] = useState<string | null>(null);
  const { problem, attempt } = useAttempt();
  const shown = text ?? props.note ?? '';
  /** What was typed stays until it is kept, or typed on. */
  const keep = async (typed: string): Promise<void> => {
    if (typed === (props.note ?? '') || (await attempt(() => props.onNote(typed)))) {
      setText(newer => (newer === typed ? null : newer));
    }
  };
  return (
    <Card title={trans.__('Note')}>
      <textarea
        className="mlnb-Note"
        rows={Math.min(8, Math.max(2, shown.split('\n').length))}
        value={shown}
        placeholder={trans.__('What was tried, and what it showed')}
        aria-label={trans.__('Note')}
        onChange={event => setText(event.target.value)}
        aria-invalid={problem !== null}
        onBlur={() => {
          if (text !== null) {
            void keep(text);
          }
        }}
      />
      <Refusal error={problem} />
      {problem !== null && text !== null && (
        <button type="button" className="mlnb-Link" onClick={() => void keep(text)}>
          {trans.__('Keep it now')}
        </button>
      )}
    </Card>
  );
}
