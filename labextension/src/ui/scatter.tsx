/** Runs as points: any parameter or metric against any other. */

import type { JSX } from 'react';
import { useRef } from 'react';
import { type IAxis, marksOf, positionOf } from '../values/axes';
import { labelOf, valueOf } from '../values/runcolumns';
import type { IRunRow } from '../core/tokens';
import { useWidth } from './size';
import { useUi } from './ui';

export interface IScatterProps {
  rows: readonly IRunRow[];
  x: IAxis;
  y: IAxis;
  color: (row: IRunRow) => string;
  /** What passes all brushes; the rest is faint. */
  passes: (row: IRunRow) => boolean;
  hovered: string | null;
  onHover: (runId: string | null) => void;
  onOpen: (row: IRunRow) => void;
  height: number;
}

const LEFT = 64;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 28;

export function Scatter(props: IScatterProps): JSX.Element {
  const { trans } = useUi();
  const { rows, x, y, height, hovered } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = Math.max(240, useWidth(frame));
  const inner = { width: width - LEFT - RIGHT, height: height - TOP - BOTTOM };
  const across = (at: number): number => LEFT + at * inner.width;
  const up = (at: number): number => TOP + (1 - at) * inner.height;
  const points = rows.flatMap(row => {
    const at = [positionOf(x, valueOf(row, x.column)), positionOf(y, valueOf(row, y.column))];
    return at[0] == null || at[1] == null ? [] : [{ row, x: across(at[0]), y: up(at[1]) }];
  });
  const left = rows.length - points.length;
  const runAt = (event: { target: EventTarget }): string | null =>
    event.target instanceof SVGElement ? (event.target.dataset.mlnbRun ?? null) : null;
  const title = trans.__('%1 against %2', labelOf(y.column, trans), labelOf(x.column, trans));
  return (
    <div className="mlnb-Scatter" ref={frame}>
      {/* The runs are rows of the table too, where keys open them. */}
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={title}
        onPointerOver={event => props.onHover(runAt(event))}
        onPointerLeave={() => props.onHover(null)}
        onClick={event => {
          const row = rows.find(({ run_id }) => run_id === runAt(event));
          if (row !== undefined) {
            props.onOpen(row);
          }
        }}
      >
        {marksOf(y, 4).map(({ at, text }) => (
          <g key={text} transform={`translate(0 ${up(at)})`} className="mlnb-Scatter-mark">
            <line x1={LEFT} x2={LEFT + inner.width} />
            <text x={LEFT - 8} dy="0.32em" textAnchor="end">
              {text.length > 9 ? `${text.slice(0, 8)}…` : text}
            </text>
          </g>
        ))}
        {marksOf(x, Math.max(2, Math.floor(inner.width / 56))).map(({ at, text }) => (
          <g key={text} transform={`translate(${across(at)} 0)`} className="mlnb-Scatter-mark">
            <line y1={TOP} y2={TOP + inner.height} />
            <text y={TOP + inner.height + 18} textAnchor="middle">
              {text.length > 12 ? `${text.slice(0, 11)}…` : text}
            </text>
          </g>
        ))}
        {points.map(point => (
          <circle
            key={point.row.run_id}
            data-mlnb-run={point.row.run_id}
            cx={point.x}
            cy={point.y}
            r={point.row.run_id === hovered ? 6 : rows.length > 300 ? 3 : 4.5}
            className={props.passes(point.row) ? undefined : 'mlnb-mod-out'}
            style={props.passes(point.row) ? { fill: props.color(point.row) } : undefined}
          />
        ))}
      </svg>
      {left > 0 && (
        <p className="mlnb-Quiet">
          {trans._n('%1 run lacks one of the two', '%1 runs lack one of the two', left)}
        </p>
      )}
    </div>
  );
}
