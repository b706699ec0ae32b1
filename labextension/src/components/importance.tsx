/** Which parameters go with a metric, by rank correlation, the strongest first. */

import type { JSX } from 'react';
import { formatNumber } from '../format';
import type { IImportance } from '../ranks';
import { Name } from './parts';
import { useUi } from './ui';

const SHOWN = 10;

export function Importance(props: { metric: string; found: readonly IImportance[] }): JSX.Element {
  const { trans } = useUi();
  const { found, metric } = props;
  if (found.length === 0) {
    return (
      <p className="mlnb-Quiet">
        {trans.__('It takes four runs with %1 and a parameter that varies among them.', metric)}
      </p>
    );
  }
  return (
    <div className="mlnb-Importance">
      <table>
        <tbody>
          {found.slice(0, SHOWN).map(one => (
            <tr key={one.column.key} className={one.clear ? undefined : 'mlnb-mod-unclear'}>
              <th scope="row" title={one.column.key}>
                <Name name={one.column.name} />
              </th>
              <td className="mlnb-Importance-bar">
                <Bar {...one} />
              </td>
              <td className="mlnb-Number" title={trans.__('%1 runs have both', one.runs)}>
                {one.ordered ? 'ρ' : 'η'} {one.strength > 0 && one.ordered ? '+' : ''}
                {formatNumber(one.strength, 2)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mlnb-Quiet">
        {trans.__(
          'Spearman’s rank correlation ρ with %1, over up to %2 runs; for words η, from 0 to 1. Grey may be chance. It says nothing of causes.',
          metric,
          Math.max(...found.map(one => one.runs))
        )}
      </p>
    </div>
  );
}

/** From the middle to the left where the metric falls, to the right where it rises. */
function Bar({ strength, ordered }: IImportance): JSX.Element {
  const size = Math.abs(strength) * 50;
  return (
    <svg width="100%" height="12" aria-hidden="true">
      <line x1="50%" x2="50%" y1="0" y2="12" />
      {ordered ? (
        <rect x={`${strength < 0 ? 50 - size : 50}%`} width={`${size}%`} y="2" height="8" rx="2" />
      ) : (
        <rect x={`${50 - size / 2}%`} width={`${size}%`} y="2" height="8" rx="2" />
      )}
    </svg>
  );
}
