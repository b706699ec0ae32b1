/** How a column's values are spread. */

import type { JSX } from 'react';
import { formatCount } from '../values/format';
import type { IColumnProfile } from '../core/tokens';

const HEIGHT = 20;
const WIDTH = 112;

export function Histogram(props: {
  histogram: NonNullable<IColumnProfile['histogram']>;
}): JSX.Element {
  const [edges, counts] = props.histogram;
  const most = counts.reduce((left, right) => Math.max(left, right), 1);
  const each = WIDTH / Math.max(1, counts.length);
  return (
    <svg className="mlnb-Histogram" width={WIDTH} height={HEIGHT} aria-hidden="true">
      {counts.map((count, index) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT);
        return (
          <rect
            key={index}
            x={index * each + 0.5}
            y={HEIGHT - tall}
            width={Math.max(1, Math.min(each - 1, 24))}
            height={tall}
          >
            <title>{`${edges[index] ?? ''}: ${formatCount(count)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
