/**
 * Parallel coordinates: an axis a column, a line a run.
 *
 * A part of an axis that is brushed (dragged, or set by the keys of its two handles) filters; what doesn't pass
 * stays as a faint line, so that one sees what was left out. Values that are missing or aren't finite stand on
 * a lane of their own below the axes.
 */

import type { JSX, KeyboardEvent, PointerEvent } from 'react';
import { memo, useMemo, useRef, useState } from 'react';
import { boundAt, type IAxis, marksOf, positionOf } from '../values/axes';
import type { Brush } from '../values/brushes';
import { formatScalar } from '../values/format';
import { labelOf, valueOf } from '../values/runcolumns';
import type { IRunRow } from '../core/tokens';
import { Name } from './parts';
import { useWidth } from './size';
import { useUi } from './ui';

export interface IParallelProps {
  rows: readonly IRunRow[];
  axes: readonly IAxis[];
  color: (row: IRunRow) => string;
  brushes: ReadonlyMap<string, Brush>;
  onBrush?: (axis: IAxis, brush: Brush | null) => void;
  hovered: string | null;
  onHover: (runId: string | null) => void;
  onOpen: (row: IRunRow) => void;
  height: number;
}

/** A brushed part, from the low end's 0 to 1. */
type Span = [number, number];

const SIDE = 56;
const TOP = 12;
const BOTTOM = 28;
const LANE = 12;
const HALF = 12;
const CLICK_PX = 3;

export function Parallel(props: IParallelProps): JSX.Element {
  const { trans } = useUi();
  const { axes, brushes, height } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = Math.max(320, useWidth(frame));
  const [draft, setDraft] = useState<{ key: string; span: Span } | null>(null);
  const inner = height - TOP - BOTTOM;
  const x = (place: number): number =>
    axes.length < 2 ? width / 2 : SIDE + (place * (width - 2 * SIDE)) / (axes.length - 1);
  const spans = useMemo(() => {
    const found = new Map<string, Span>();
    for (const axis of axes) {
      const brush = brushes.get(axis.column.field ?? '');
      const span = brush === undefined ? null : spanOf(axis, brush);
      if (span !== null) {
        found.set(axis.column.key, span);
      }
    }
    return draft === null ? found : found.set(draft.key, draft.span);
  }, [axes, brushes, draft]);
  const step = axes.length < 2 ? width : (width - 2 * SIDE) / (axes.length - 1);

  return (
    <div className="mlnb-Parallel" ref={frame}>
      <div className="mlnb-Parallel-names">
        {axes.map((axis, place) => (
          <span
            key={axis.column.key}
            title={axis.column.key}
            style={{ left: x(place), maxWidth: Math.min(step, 2 * SIDE + 40) - 8 }}
          >
            <Name name={labelOf(axis.column, trans)} />
          </span>
        ))}
      </div>
      <svg width={width} height={height} role="group" aria-label={trans.__('Parallel coordinates')}>
        <Lines {...props} x={x} inner={inner} width={width} spans={spans} />
        {props.rows.some(row => axes.some(axis => lacks(axis, row))) && (
          <text className="mlnb-Parallel-lane" x={0} y={TOP + inner + LANE} dy="0.32em">
            {trans.__('none')}
          </text>
        )}
        {axes.map((axis, place) => (
          <Axis
            key={axis.column.key}
            axis={axis}
            x={x(place)}
            inner={inner}
            span={spans.get(axis.column.key) ?? null}
            onDraft={span => setDraft(span && { key: axis.column.key, span })}
            onBrush={
              props.onBrush && axis.column.field !== null
                ? span => props.onBrush?.(axis, span && brushOf(axis, span))
                : null
            }
          />
        ))}
      </svg>
    </div>
  );
}

interface ILinesProps extends IParallelProps {
  x: (place: number) => number;
  inner: number;
  width: number;
  spans: ReadonlyMap<string, Span>;
}

/** The lines; the one that is pointed at is drawn again, above the others. */
function Lines(props: ILinesProps): JSX.Element {
  const { rows, axes, color, hovered, x, inner, width } = props;
  const lines = useMemo(
    () =>
      rows.map(row => {
        const places = axes.map(axis => positionOf(axis, valueOf(row, axis.column)));
        return { row, places, path: pathOf(places, x, inner), color: color(row) };
      }),
    // `x` follows from the axes and the width.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [rows, axes, color, width, inner]
  );
  const passes = (places: readonly (number | null)[]): boolean =>
    axes.every((axis, index) => {
      const span = props.spans.get(axis.column.key);
      const at = places[index] ?? null;
      return span === undefined || (at !== null && at >= span[0] - 1e-9 && at <= span[1] + 1e-9);
    });
  const pointed = lines.find(({ row }) => row.run_id === hovered);
  const runAt = (event: { target: EventTarget }): string | null =>
    event.target instanceof SVGElement ? (event.target.dataset.mlnbRun ?? null) : null;
  return (
    // The runs are rows of the table too, where keys open them.
    <g
      className={`mlnb-Parallel-lines${hovered === null ? '' : ' mlnb-mod-pointed'}${rows.length > 300 ? ' mlnb-mod-many' : ''}`}
      onPointerOver={event => props.onHover(runAt(event))}
      onPointerLeave={() => props.onHover(null)}
      onClick={event => {
        const row = rows.find(({ run_id }) => run_id === runAt(event));
        if (row !== undefined) {
          props.onOpen(row);
        }
      }}
    >
      {lines.map(line => (
        <Line
          key={line.row.run_id}
          runId={line.row.run_id}
          path={line.path}
          color={line.color}
          out={!passes(line.places)}
        />
      ))}
      {pointed && (
        <path
          className="mlnb-Parallel-pointed"
          d={pointed.path}
          style={{ stroke: pointed.color }}
        />
      )}
    </g>
  );
}

const Line = memo(function Line(props: {
  runId: string;
  path: string;
  color: string;
  out: boolean;
}): JSX.Element {
  return (
    <path
      data-mlnb-run={props.runId}
      className={props.out ? 'mlnb-mod-out' : undefined}
      d={props.path}
      style={props.out ? undefined : { stroke: props.color }}
    />
  );
});

function lacks(axis: IAxis, row: IRunRow): boolean {
  return positionOf(axis, valueOf(row, axis.column)) === null;
}

function pathOf(
  places: readonly (number | null)[],
  x: (place: number) => number,
  inner: number
): string {
  return places
    .map((at, place) => {
      const y = at === null ? TOP + inner + LANE : TOP + (1 - at) * inner;
      return `${place === 0 ? 'M' : 'L'}${x(place).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

function Axis(props: {
  axis: IAxis;
  x: number;
  inner: number;
  span: Span | null;
  onDraft: (span: Span | null) => void;
  /** Null where the column can't be asked for. */
  onBrush: ((span: Span | null) => void) | null;
}): JSX.Element {
  const { axis, x, inner, span, onBrush } = props;
  const from = useRef<{ y: number; at: number } | null>(null);
  const last = useRef<Span | null>(null);
  const y = (at: number): number => TOP + (1 - at) * inner;
  const placeOf = (event: PointerEvent<SVGElement>): number => {
    const top = event.currentTarget.ownerSVGElement?.getBoundingClientRect().top ?? 0;
    return Math.max(0, Math.min(1, 1 - (event.clientY - top - TOP) / inner));
  };
  return (
    <g className="mlnb-Parallel-axis" transform={`translate(${x} 0)`}>
      <line y1={TOP} y2={TOP + inner} />
      {marksOf(axis, 4).map(({ at, text }) => (
        <g key={text} transform={`translate(0 ${y(at)})`}>
          <line x1={-3} x2={0} />
          <text x={-7} dy="0.32em" textAnchor="end">
            {text.length > 10 ? `${text.slice(0, 9)}…` : text}
          </text>
        </g>
      ))}
      {span && (
        <rect
          className="mlnb-Parallel-brush"
          x={-5}
          width={10}
          y={y(span[1])}
          height={Math.max(2, (span[1] - span[0]) * inner)}
          rx={2}
        />
      )}
      {onBrush && (
        <>
          <rect
            className="mlnb-Parallel-ground"
            x={-HALF}
            width={2 * HALF}
            y={TOP - 4}
            height={inner + 8}
            onPointerDown={event => {
              event.currentTarget.setPointerCapture(event.pointerId);
              from.current = { y: event.clientY, at: placeOf(event) };
              event.preventDefault();
            }}
            onPointerMove={event => {
              if (from.current !== null) {
                const at = placeOf(event);
                last.current = [Math.min(at, from.current.at), Math.max(at, from.current.at)];
                props.onDraft(last.current);
              }
            }}
            onPointerUp={event => {
              const moved = Math.abs(event.clientY - (from.current?.y ?? 0)) > CLICK_PX;
              from.current = null;
              props.onDraft(null);
              onBrush(moved ? last.current : null);
            }}
          />
          <Handle axis={axis} end="low" span={span} y={y} onBrush={onBrush} />
          <Handle axis={axis} end="high" span={span} y={y} onBrush={onBrush} />
        </>
      )}
    </g>
  );
}

/** One end of the brushed part, for the keyboard. */
function Handle(props: {
  axis: IAxis;
  end: 'low' | 'high';
  span: Span | null;
  y: (at: number) => number;
  onBrush: (span: Span | null) => void;
}): JSX.Element {
  const { trans } = useUi();
  const { axis, end, span, y, onBrush } = props;
  const [low, high] = span ?? [0, 1];
  const at = end === 'low' ? low : high;
  const words = axis.words?.length ?? 0;
  const move = (by: number): void => {
    const next = Math.max(0, Math.min(1, at + by));
    const moved: Span = end === 'low' ? [Math.min(next, high), high] : [low, Math.max(next, low)];
    onBrush(moved[0] <= 0 && moved[1] >= 1 ? null : moved);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = words > 0 ? 1 / words : event.shiftKey ? 0.1 : 0.02;
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      move(event.key === 'ArrowUp' ? step : -step);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      onBrush(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const told =
    axis.words === null
      ? formatScalar(boundAt(axis, at, end))
      : (axis.words[wordAt(axis, at, end)] ?? '');
  return (
    <path
      className="mlnb-Parallel-handle"
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at * 100)}
      aria-valuetext={told}
      aria-label={
        end === 'low'
          ? trans.__('%1 at least', axis.column.name)
          : trans.__('%1 at most', axis.column.name)
      }
      transform={`translate(0 ${y(at)})`}
      d={end === 'low' ? 'M-5 0H5L0 5Z' : 'M-5 0H5L0 -5Z'}
      onKeyDown={onKeyDown}
    />
  );
}

function wordAt(axis: IAxis, at: number, end: 'low' | 'high'): number {
  const place = at * (axis.words?.length ?? 1) - 0.5;
  return end === 'low' ? Math.ceil(place - 1e-6) : Math.floor(place + 1e-6);
}

function brushOf(axis: IAxis, [low, high]: Span): Brush {
  if (axis.words !== null) {
    const words = axis.words.slice(wordAt(axis, low, 'low'), wordAt(axis, high, 'high') + 1);
    return { kind: 'words', words };
  }
  return {
    kind: 'range',
    low: low <= 0 ? null : boundAt(axis, low, 'low'),
    high: high >= 1 ? null : boundAt(axis, high, 'high')
  };
}

function spanOf(axis: IAxis, brush: Brush): Span | null {
  if (brush.kind === 'words') {
    const places = brush.words.map(word => axis.words?.indexOf(word) ?? -1).filter(at => at >= 0);
    const count = axis.words?.length ?? 0;
    return places.length === 0
      ? null
      : [Math.min(...places) / count, (Math.max(...places) + 1) / count];
  }
  if (axis.words !== null) {
    return null;
  }
  const clamp = (at: number | null, otherwise: number): number =>
    at === null || Number.isNaN(at) ? otherwise : Math.max(0, Math.min(1, at));
  const at = (value: number | null): number | null =>
    value === null ? null : axis.log && value <= 0 ? 0 : positionOf(axis, value);
  return [clamp(at(brush.low), 0), clamp(at(brush.high), 1)];
}
