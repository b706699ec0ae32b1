/** Curves of one metric, drawn by uPlot in the theme's colours; charts of one view share a cursor. */

import type { JSX } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { formatNumber, formatTicks, formatTogether } from '../format';
import type { ICurve } from '../models/curves';

/** Steps are counted, so their axis is marked at whole numbers. */
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map(n => n * 10 ** power)).flat();

export interface ISeries {
  label: string;
  curve: ICurve;
  /** A CSS colour, which may be a variable. */
  color: string;
  dash?: readonly number[];
  faint?: boolean;
}

export interface IChartProps {
  title: string;
  series: readonly ISeries[];
  height?: number;
  sync: string;
  stepLabel: string;
}

export function Chart(props: IChartProps): JSX.Element {
  const { sync, height = 160 } = props;
  const series = useUnchanged(props.series);
  const element = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const data = useMemo(() => aligned(series), [series]);
  const plotted = useRef<uPlot | null>(null);
  const newest = useRef({ series, data });
  newest.current = { series, data };
  // Points that come or go leave the plot as it is; other lines need another one.
  const lines = series.map(({ label, color, dash, faint }) =>
    [label, color, dash?.join(' '), faint].join()
  );
  const shape = lines.join(';');

  useEffect(() => {
    const { series, data } = newest.current;
    const parent = element.current;
    if (parent === null) {
      return;
    }
    const plot = new uPlot(
      options(parent, series, { width: Math.max(80, parent.clientWidth), height, sync }, setAt),
      data,
      parent
    );
    plotted.current = plot;
    const resized = new ResizeObserver(() =>
      plot.setSize({ width: Math.max(80, parent.clientWidth), height })
    );
    resized.observe(parent);
    const themed = new MutationObserver(() => plot.redraw(false, true));
    themed.observe(document.body, { attributeFilter: ['data-jp-theme-name'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      plot.destroy();
      plotted.current = null;
    };
  }, [shape, height, sync]);

  useEffect(() => {
    if (plotted.current !== null && plotted.current.data !== data) {
      plotted.current.setData(data);
    }
  }, [data]);

  return (
    <figure className="mlnb-Chart">
      <figcaption>
        <span className="mlnb-Chart-title">{props.title}</span>
        <Readings series={series} data={data} at={at} stepLabel={props.stepLabel} />
      </figcaption>
      <div ref={element} style={{ height }} />
    </figure>
  );
}

/** The same array as before while it says the same, so that a plot isn't made anew for nothing. */
function useUnchanged(series: readonly ISeries[]): readonly ISeries[] {
  const kept = useRef(series);
  const same =
    kept.current.length === series.length &&
    kept.current.every((old, index) => {
      const next = series[index];
      return next?.curve === old.curve && next.label === old.label && next.color === old.color;
    });
  if (!same) {
    kept.current = series;
  }
  return kept.current;
}

/** The values under the cursor, else the last ones. */
function Readings(props: {
  series: readonly ISeries[];
  data: uPlot.AlignedData;
  at: number | null;
  stepLabel: string;
}): JSX.Element {
  const { series, data, at } = props;
  const values = series.map(({ curve }, index) =>
    at === null ? (curve.values[curve.values.length - 1] ?? null) : (data[index + 1]?.[at] ?? null)
  );
  const texts = formatTogether(values);
  const shown = series.slice(0, 6);
  return (
    <span className="mlnb-Chart-readings">
      {at !== null && (
        <span className="mlnb-Chart-step">
          {props.stepLabel} {formatNumber(data[0][at] ?? 0)}
        </span>
      )}
      {shown.map(({ label, color, faint }, index) => (
        <span key={label} title={label} className={faint ? 'mlnb-mod-faint' : undefined}>
          {series.length > 1 && <i style={{ background: color }} />}
          {texts[index]}
        </span>
      ))}
    </span>
  );
}

/** One column of steps for all series. */
function aligned(series: readonly ISeries[]): uPlot.AlignedData {
  const tables = series.map(({ curve }): uPlot.AlignedData => [
    curve.steps,
    curve.values.map(value => (Number.isFinite(value) ? value : null))
  ]);
  return tables.length > 1 ? uPlot.join(tables) : (tables[0] ?? [[]]);
}

function options(
  parent: HTMLElement,
  series: readonly ISeries[],
  size: { width: number; height: number; sync: string },
  onCursor: (index: number | null) => void
): uPlot.Options {
  const themed = (color: string) => () => resolve(parent, color);
  const font = () => `11px ${resolve(parent, 'var(--jp-ui-font-family)')}`;
  const axis = (space: number, length: number): uPlot.Axis => ({
    stroke: themed('var(--jp-ui-font-color2)'),
    font: font(),
    space,
    size: length,
    gap: 4,
    grid: { stroke: themed('var(--jp-border-color3)'), width: 1 },
    ticks: { show: false },
    values: (_, splits) => formatTicks(splits)
  });
  return {
    width: size.width,
    height: size.height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false },
      sync: { key: size.sync },
      points: { size: 6 }
    },
    scales: { x: { time: false } },
    axes: [{ ...axis(60, 24), incrs: WHOLE }, axis(32, 48)],
    series: [
      {},
      ...series.map(({ label, color, dash, faint }): uPlot.Series => ({
        label,
        stroke: themed(color),
        width: faint ? 1 : 1.75,
        alpha: faint ? 0.6 : 1,
        dash: dash ? [...dash] : [],
        spanGaps: true,
        points: { show: plot => plot.data[0].length < 3 }
      }))
    ],
    hooks: { setCursor: [plot => onCursor(plot.cursor.idx ?? null)] }
  };
}

/** A colour that a canvas understands: variables are looked up where the chart stands. */
function resolve(element: HTMLElement, color: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
  return name === undefined ? color : getComputedStyle(element).getPropertyValue(name).trim();
}
