/** Parallel coordinates: each run a line across what differs among the parameters, and the metrics. */

import type { JSX } from 'react';
import { useUi } from '../ui/ui';
import { formatTogether, lastPart, toNumber } from '../values/format';
import type { Scalar } from '../core/tokens';
import type { IComparisonView } from './tokens';

const WIDTH = 720;
const HEIGHT = 150;
const TOP = 26;
const BOTTOM = 14;
const SIDE = 50;
const MOST = 8;

interface IAxis {
  name: string;
  /** Each run's place on the axis, from 0 below to 1 above; null where it has none. */
  levels: (number | null)[];
  low: string;
  high: string;
}

export function ParallelCoordinates(props: {
  view: IComparisonView;
  shown: readonly number[];
  colorOf: (place: number) => string;
}): JSX.Element | null {
  const { trans } = useUi();
  const { view, shown } = props;
  const axes = axesOf(view, shown);
  if (axes.length < 2) {
    return null;
  }
  const x = (at: number): number => SIDE + (at / (axes.length - 1)) * (WIDTH - 2 * SIDE);
  const y = (level: number): number => HEIGHT - BOTTOM - level * (HEIGHT - TOP - BOTTOM);
  return (
    <svg
      className="mlnb-Parallel"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={trans.__('Parallel coordinates')}
    >
      {axes.map(({ name, low, high }, at) => (
        <g key={name}>
          <line x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} />
          <text x={x(at)} y={10} textAnchor="middle">
            {lastPart(name)}
          </text>
          <text x={x(at)} y={TOP - 4} textAnchor="middle" className="mlnb-Parallel-end">
            {high}
          </text>
          <text x={x(at)} y={HEIGHT - 2} textAnchor="middle" className="mlnb-Parallel-end">
            {low}
          </text>
        </g>
      ))}
      {shown.map(place => {
        const points = axes.flatMap(({ levels }, at) => {
          const level = levels[place] ?? null;
          return level === null ? [] : [`${x(at)},${y(level)}`];
        });
        return (
          <polyline key={place} points={points.join(' ')} style={{ stroke: props.colorOf(place) }}>
            <title>{view.runs[place]?.name}</title>
          </polyline>
        );
      })}
    </svg>
  );
}

function axesOf({ params, metrics }: IComparisonView, shown: readonly number[]): IAxis[] {
  const rows = [
    ...params.filter(({ differs }) => differs).slice(0, MOST / 2),
    ...metrics.filter(({ differs }) => differs)
  ].slice(0, MOST);
  return rows.map(({ name, values }) => axisOf(name, values, shown));
}

/** Numbers lie by their size, anything else by its order. */
function axisOf(name: string, values: readonly Scalar[], shown: readonly number[]): IAxis {
  const there = shown.map(place => values[place] ?? null).filter(value => value !== null);
  const numbers = there.map(value => toNumber(value));
  if (numbers.every(number => number !== null && Number.isFinite(number))) {
    const low = numbers.reduce((a, b) => Math.min(a ?? 0, b ?? 0), numbers[0] ?? 0) ?? 0;
    const high = numbers.reduce((a, b) => Math.max(a ?? 0, b ?? 0), numbers[0] ?? 0) ?? 0;
    const [lowest = '', highest = ''] = formatTogether([low, high]);
    const level = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
    return {
      name,
      levels: values.map(value => {
        const number = toNumber(value);
        return number === null ? null : level(number);
      }),
      low: lowest,
      high: highest
    };
  }
  const distinct = [...new Set(there.map(String))].sort();
  return {
    name,
    levels: values.map(value =>
      value === null
        ? null
        : distinct.length > 1
          ? distinct.indexOf(String(value)) / (distinct.length - 1)
          : 0.5
    ),
    low: distinct[0] ?? '',
    high: distinct[distinct.length - 1] ?? ''
  };
}
