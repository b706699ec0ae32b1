/** Small shapes of numbers: a curve within a run, bars over the last runs. */

import type { JSX } from 'react';

interface IShape {
  values: readonly number[];
  label: string;
  width?: number;
  height?: number;
}

/** Numbers as fractions of their own range; those that aren't finite are left out. */
function scaled(values: readonly number[]): { index: number; level: number }[] {
  const finite = values
    .map((value, index) => ({ index, value }))
    .filter(({ value }) => Number.isFinite(value));
  const low = finite.reduce((least, { value }) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, { value }) => Math.max(most, value), -Infinity);
  return finite.map(({ index, value }) => ({
    index,
    level: high > low ? (value - low) / (high - low) : 0.5
  }));
}

export function Sparkline({ values, label, width = 36, height = 16 }: IShape): JSX.Element | null {
  const points = scaled(values).map(({ index, level }) => ({
    x: 2 + (index / Math.max(1, values.length - 1)) * (width - 4),
    y: height - 2 - level * (height - 4)
  }));
  const last = points[points.length - 1];
  if (last === undefined || points.length < 2) {
    return null;
  }
  return (
    <svg className="mlnb-Sparkline" width={width} height={height} role="img" aria-label={label}>
      <polyline points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} />
      <circle cx={last.x} cy={last.y} r="1.75" />
    </svg>
  );
}

const BAR = 4;
const GAP = 2;

/** The last value is this run's, those before it the runs before. */
export function TrendBars({ values, label, height = 16 }: IShape): JSX.Element | null {
  const bars = scaled(values);
  if (bars.length < 2) {
    return null;
  }
  const width = values.length * (BAR + GAP) - GAP;
  return (
    <svg className="mlnb-TrendBars" width={width} height={height} role="img" aria-label={label}>
      {bars.map(({ index, level }) => {
        const tall = 3 + level * (height - 5);
        return (
          <rect
            key={index}
            className={index === values.length - 1 ? 'mlnb-mod-own' : undefined}
            x={index * (BAR + GAP)}
            y={height - 1 - tall}
            width={BAR}
            height={tall}
            rx="1"
          />
        );
      })}
    </svg>
  );
}
