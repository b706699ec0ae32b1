/**
 * Curves of one metric, drawn by uPlot in the theme's colours; charts of one view share a cursor.
 *
 * New points of the same curves are handed to the plot that is there, so a live tail grows without a flicker and
 * a part that was zoomed into stays. With smoothing the curve itself stays visible, thin behind its average.
 */

import type { JSX } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { formatDuration, formatNumber, formatTogether } from '../values/format';
import type { IChartState } from '../core/charts';
import { useModel } from '../core/model';
import { type ISeries, tableOf } from '../values/plotdata';
import { plotOptions } from './plotoptions';
import { useUi } from './ui';

export interface IChartProps {
  title: string;
  series: readonly ISeries[];
  height?: number;
  sync: string;
}

const LEAST_WIDTH = 80;
const READINGS = 6;

export function Chart(props: IChartProps): JSX.Element {
  const { sync, height = 160 } = props;
  const { charts } = useUi();
  useModel(charts);
  const { state } = charts;
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const series = useUnchanged(props.series);
  const data = useMemo(() => aligned(series, state), [series, state]);
  const newest = useRef({ series, data });
  newest.current = { series, data };
  // Points that come or go leave the plot as it is; other lines need another one.
  const lines = JSON.stringify(
    series.map(({ label, color, dash, faint }) => [label, color, dash, faint])
  );

  useEffect(() => {
    const { series, data } = newest.current;
    const parent = element.current;
    if (parent === null) {
      return;
    }
    const width = Math.max(LEAST_WIDTH, parent.clientWidth);
    const made = new uPlot(
      plotOptions(parent, series, state, { width, height, sync }, setAt),
      data,
      parent
    );
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: Math.max(LEAST_WIDTH, parent.clientWidth), height })
    );
    resized.observe(parent);
    const themed = new MutationObserver(() => made.redraw(false, true));
    themed.observe(document.body, { attributeFilter: ['data-jp-theme-name'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [lines, state, height, sync]);

  useEffect(() => {
    const { current } = plot;
    if (current !== null && current.data !== data) {
      current.setData(data, !isZoomed(current));
    }
  }, [data]);

  return (
    <figure className="mlnb-Chart">
      <figcaption>
        <span className="mlnb-Chart-title" title={props.title}>
          {props.title}
        </span>
        <Readings series={series} data={data} at={at} state={state} />
      </figcaption>
      <div ref={element} style={{ height }} />
    </figure>
  );
}

function isZoomed({ scales, data }: uPlot): boolean {
  const [x] = data;
  const scale = scales.x;
  return (
    x.length > 1 &&
    scale?.min != null &&
    scale.max != null &&
    (scale.min > (x[0] ?? 0) || scale.max < (x[x.length - 1] ?? 0))
  );
}

/** The same array as before while it says the same. */
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
  state: Readonly<IChartState>;
}): JSX.Element {
  const { trans } = useUi();
  const { series, data, at, state } = props;
  const each = state.smoothing > 0 ? 2 : 1;
  const values = series.map(({ curve }, index) =>
    at === null
      ? (curve.values[curve.values.length - 1] ?? null)
      : (data[1 + index * each]?.[at] ?? null)
  );
  const texts = formatTogether(values);
  const x = at === null ? null : (data[0][at] ?? null);
  return (
    <span className="mlnb-Chart-readings">
      {x !== null && (
        <span className="mlnb-Chart-step">
          {state.x === 'step'
            ? trans.__('step %1', formatNumber(x))
            : state.x === 'relative'
              ? formatDuration(x)
              : new Date(x * 1000).toLocaleTimeString()}
        </span>
      )}
      {series.slice(0, READINGS).map(({ label, color, faint }, index) => (
        <span key={label} title={label} className={faint ? 'mlnb-mod-faint' : undefined}>
          {series.length > 1 && <i style={{ background: color }} />}
          {texts[index]}
        </span>
      ))}
      {series.length > READINGS && <span>…</span>}
    </span>
  );
}

/** One column of abscissas for all curves; with smoothing each has two columns, itself and its average. */
function aligned(series: readonly ISeries[], state: Readonly<IChartState>): uPlot.AlignedData {
  const tables = series.map(({ curve }): uPlot.AlignedData => {
    const { x, raw, smooth } = tableOf(curve, state);
    return smooth === null ? [x, raw] : [x, raw, smooth];
  });
  return tables.length > 1 ? uPlot.join(tables) : (tables[0] ?? [[]]);
}
