/** Where a run ran, and the runs inside it. */

import type { JSX } from 'react';
import { formatDuration, formatNumber } from '../../values/format';
import { keyMetric } from '../../values/metrics';
import type { IRunDetail, IRunRow } from '../../core/tokens';
import { RunName } from '../../ui/parts';
import { StatusDot } from '../../ui/status';
import { useUi } from '../../ui/ui';

export function EnvironmentTab({ run }: { run: IRunDetail }): JSX.Element {
  const { trans } = useUi();
  const { environment } = run;
  const facts: [string, string][] = [];
  if (environment) {
    facts.push(
      [trans.__('Python'), environment.python],
      [trans.__('Platform'), environment.platform]
    );
  }
  if (run.host) {
    facts.push([trans.__('Computer'), [run.user, run.host].filter(Boolean).join(' @ ')]);
  }
  if (run.git_commit) {
    const dirty = run.git_dirty ? ` · ${trans.__('with uncommitted changes')}` : '';
    facts.push([trans.__('Git'), run.git_commit.slice(0, 12) + dirty]);
  }
  const packages = Object.entries(environment?.packages ?? {});
  return (
    <>
      <table className="mlnb-Facts mlnb-mod-left">
        <tbody>
          {facts.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {facts.length === 0 && <p className="mlnb-Quiet">{trans.__('Not recorded')}</p>}
      {packages.length > 0 && (
        <ul className="mlnb-Packages" aria-label={trans.__('Packages')}>
          {packages.map(([name, version]) => (
            <li key={name}>
              {name} <span>{version}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function ChildrenTab(props: {
  runs: readonly IRunRow[];
  onOpen: (row: IRunRow) => void;
}): JSX.Element {
  return (
    <table className="mlnb-Table">
      <tbody>
        {props.runs.map(row => {
          const metric = keyMetric(row);
          return (
            <tr key={row.run_id}>
              <th scope="row">
                <StatusDot status={row.status} />{' '}
                <button type="button" className="mlnb-Link" onClick={() => props.onOpen(row)}>
                  <RunName name={row.name} />
                </button>
              </th>
              <td className="mlnb-Quiet">{metric?.name}</td>
              <td className="mlnb-Number">{metric && formatNumber(metric.value)}</td>
              <td className="mlnb-Number">{formatDuration(row.duration_s)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
