/** Which parameters go with a metric, by rank correlation, the strongest first. */

import type { JSX } from 'react';
import type { IImportance } from '../../values/ranks';
import { Name } from '../parts';
import { useUi } from '../ui';

const SHOWN = 10;

export function Importance(props: { metric: string; found: readonly IImportance[] }): JSX.Element {
  const { trans } = useUi();
  const { found, metric } = props;
  const shapes = {
    rises: trans.__('rises with it'),
    falls: trans.__('falls with it'),
    bends: trans.__('goes up and down with it'),
    words: trans.__('differs between them')
  };
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
                {shapes[one.shape]} {one.strength.toFixed(2)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mlnb-Quiet">
        {trans.__(
          'How much of %1 goes with the parameter, from 0 to 1, by ranks over up to %2 runs. Grey may be chance. It says nothing of causes.',
          metric,
          Math.max(...found.map(one => one.runs))
        )}
      </p>
    </div>
  );
}

/** From the middle to the left where the metric falls, to the right where it rises; around it where it does both. */
function Bar({ strength, shape }: IImportance): JSX.Element {
  const size = strength * 50;
  return (
    <svg width="100%" height="12" aria-hidden="true">
      <line x1="50%" x2="50%" y1="0" y2="12" />
      {shape === 'rises' || shape === 'falls' ? (
        <rect
          x={`${shape === 'falls' ? 50 - size : 50}%`}
          width={`${size}%`}
          y="2"
          height="8"
          rx="2"
        />
      ) : (
        <rect x={`${50 - size / 2}%`} width={`${size}%`} y="2" height="8" rx="2" />
      )}
    </svg>
  );
}
