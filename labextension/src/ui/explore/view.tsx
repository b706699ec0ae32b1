/** Runs together: parallel coordinates, one against another, and which parameters go with a metric. */

import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { axisOf, goodness, type IAxis, positionOf } from '../../values/axes';
import { type Brush, brushed, brushesOf } from '../../values/brushes';
import { formatCount, formatScalar } from '../../values/format';
import { direction } from '../../values/metrics';
import { type ExploreModel, type Look, LOOKS } from './model';
import { useModel } from '../../core/model';
import { importances, ranks } from '../../values/ranks';
import { type IColumn, labelOf, valueOf } from '../../values/runcolumns';
import type { IRunRow } from '../../core/tokens';
import { ColumnChooser } from '../chooser';
import { Importance } from './importance';
import { Parallel } from '../parallel';
import { Scatter } from '../scatter';
import { useWidth } from '../size';
import { Loading } from '../states';
import { useUi } from '../ui';

const HEIGHT = 200;
/** From here on all three stand side by side. */
const WIDE = 1_320;

export interface IExploreProps {
  model: ExploreModel;
  /** The query that brushes are part of; without it nothing is brushed. */
  where?: string;
  onWhere?: (where: string) => void;
  onOpen: (row: IRunRow) => void;
  /** By place in the metric where a run has no colour of its own. */
  ownColors?: boolean;
  foldable?: boolean;
}

export function Explore(props: IExploreProps): JSX.Element {
  const { model } = props;
  useModel(model);
  const { open } = model.state;
  const frame = useRef<HTMLDivElement>(null);
  const wide = useWidth(frame) >= WIDE;
  return (
    <section className="mlnb-Explore" ref={frame}>
      <Head {...props} wide={wide} />
      {(open || !props.foldable) && <Looks {...props} wide={wide} />}
    </section>
  );
}

function useLooks(): Record<Look, string> {
  const { trans } = useUi();
  return {
    parallel: trans.__('Parallel coordinates'),
    scatter: trans.__('Scatter'),
    importance: trans.__('Importance')
  };
}

function Head(props: IExploreProps & { wide: boolean }): JSX.Element {
  const { trans } = useUi();
  const { model, foldable, wide } = props;
  const names = useLooks();
  const { open, look } = model.state;
  const shown = open || !foldable;
  const Caret = open ? caretDownIcon : caretUpIcon;
  return (
    <header className="mlnb-Explore-head">
      {foldable && (
        <button
          type="button"
          className="mlnb-IconButton"
          aria-expanded={open}
          aria-label={trans.__('Plots of these runs')}
          title={open ? trans.__('Hide the plots') : trans.__('Show the plots')}
          onClick={() => model.set({ open: !open })}
        >
          <Caret.react tag="span" width="16px" height="16px" />
        </button>
      )}
      {!shown && <span className="mlnb-Quiet">{trans.__('Plots of these runs')}</span>}
      {shown && !wide && (
        <div className="mlnb-Segments" role="group" aria-label={trans.__('Plot')}>
          {LOOKS.map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={one === look}
              onClick={() => model.set({ look: one })}
            >
              {names[one]}
            </button>
          ))}
        </div>
      )}
      {shown && (
        <>
          <Choice
            label={trans.__('metric')}
            columns={model.metrics}
            value={model.metric}
            onChange={metric => model.set({ metric })}
          />
          {(wide || look === 'scatter') && (
            <>
              <Choice
                label={trans.__('x')}
                columns={model.columns}
                value={model.x}
                onChange={x => model.set({ x })}
              />
              <Choice
                label={trans.__('y')}
                columns={model.columns}
                value={model.y}
                onChange={y => model.set({ y })}
              />
            </>
          )}
          {(wide || look === 'parallel') && (
            <ColumnChooser
              title={trans.__('Axes')}
              columns={model.columns}
              isShown={key => model.axes.some(axis => axis.key === key)}
              onToggle={key => model.toggleAxis(key)}
              upwards={foldable}
            />
          )}
          <Legend {...props} />
        </>
      )}
    </header>
  );
}

function Choice(props: {
  label: string;
  columns: readonly IColumn[];
  value: IColumn | null;
  onChange: (key: string) => void;
}): JSX.Element {
  const { trans } = useUi();
  return (
    <label className="mlnb-Choice">
      <span>{props.label}</span>
      <select value={props.value?.key ?? ''} onChange={event => props.onChange(event.target.value)}>
        {props.columns.map(column => (
          <option key={column.key} value={column.key}>
            {labelOf(column, trans)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What the colours mean, and how many of the runs are drawn. */
function Legend({ model, ownColors }: IExploreProps): JSX.Element {
  const { trans } = useUi();
  const { metric, rows, total } = model;
  return (
    <span className="mlnb-Explore-legend">
      {rows.length < total &&
        trans.__('the %1 newest of %2 runs', formatCount(rows.length), formatCount(total))}
      {!ownColors && metric !== null && (
        <>
          {direction(metric.name) === 0 ? trans.__('low') : trans.__('worst')}
          <i className="mlnb-Explore-scale" />
          {direction(metric.name) === 0
            ? trans.__('high %1', metric.name)
            : trans.__('best %1', metric.name)}
        </>
      )}
    </span>
  );
}

function Looks(props: IExploreProps & { wide: boolean }): JSX.Element {
  const { trans, colors } = useUi();
  const { model, where = '', onWhere, ownColors, wide } = props;
  const { rows, metric } = model;
  const { look } = model.state;
  const [hovered, setHovered] = useState<string | null>(null);
  const names = useLooks();
  // The model's answers are new arrays each time: what is drawn depends on what is in them.
  const keys = model.axes.map(({ key }) => key).join('\n');
  const axes = useMemo(
    () => model.axes.map(column => axisOf(rows, column)).filter(axis => axis !== null),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [rows, keys]
  );
  const shades = useMemo(() => shadesOf(rows, metric), [rows, metric]);
  const color = useCallback(
    (row: IRunRow) =>
      ownColors
        ? colors.color(row.run_id).color
        : (shades.get(row.run_id) ?? 'var(--mlnb-scale-none)'),
    [ownColors, colors, shades]
  );
  const sorted = useMemo(
    () =>
      ownColors ? rows : [...rows].sort((a, b) => (shares(shades, a) < shares(shades, b) ? -1 : 1)),
    [ownColors, rows, shades]
  );
  const brushes = useMemo(() => brushesOf(where), [where]);
  const found = useMemo(
    () => (metric === null ? [] : importances(rows, model.params, metric)),
    [rows, metric, model]
  );
  const [x, y] = [model.x, model.y].map(column => column && axisOf(rows, column));
  if (!model.ready) {
    return <Loading rows={4} />;
  }
  if (rows.length === 0 || metric === null) {
    return (
      <p className="mlnb-Explore-empty mlnb-Quiet">
        {trans.__('There is nothing to draw yet: it takes runs with a metric that differs.')}
      </p>
    );
  }
  const shared = { color, hovered, onHover: setHovered, onOpen: props.onOpen, height: HEIGHT };
  const parts: Record<Look, () => JSX.Element | null> = {
    parallel: () => (
      <Parallel
        {...shared}
        rows={sorted}
        axes={axes}
        brushes={brushes}
        onBrush={
          onWhere && ((axis, brush) => onWhere(brushed(where, axis.column.field ?? '', brush)))
        }
      />
    ),
    scatter: () =>
      x && y ? (
        <Scatter {...shared} rows={sorted} x={x} y={y} passes={row => passes(row, axes, brushes)} />
      ) : null,
    importance: () => <Importance metric={metric.name} found={found} />
  };
  const pointed = rows.find(row => row.run_id === hovered);
  return (
    <div className={`mlnb-Explore-looks${wide ? ' mlnb-mod-wide' : ''}`}>
      {(wide ? LOOKS : [look]).map(one => (
        <div key={one} role="group" aria-label={names[one]} className={`mlnb-Explore-${one}`}>
          {parts[one]()}
        </div>
      ))}
      {pointed && (
        <div className="mlnb-Explore-pointed" aria-hidden="true">
          <b>{pointed.name}</b>
          {[metric, ...model.params].slice(0, 7).map(column => {
            const value = valueOf(pointed, column);
            return value === null ? null : (
              <span key={column.key}>
                {labelOf(column, trans)} <b>{formatScalar(value)}</b>
              </span>
            );
          })}
        </div>
      )}
    </div>
  );
}

/** Colours by place in the metric, so that one far-off value doesn't make all others alike. */
function shadesOf(rows: readonly IRunRow[], metric: IColumn | null): Map<string, string> {
  const axis = metric && axisOf(rows, metric);
  const known = rows.flatMap(row => {
    const good = axis === null ? null : goodness(axis, valueOf(row, axis.column));
    return good === null ? [] : [{ runId: row.run_id, good }];
  });
  const places = ranks(known.map(({ good }) => good));
  return new Map(
    known.map(({ runId }, index) => {
      const share = known.length < 2 ? 1 : ((places[index] ?? 1) - 1) / (known.length - 1);
      const percent = Math.round(share * 100);
      return [
        runId,
        `color-mix(in oklab, var(--mlnb-scale-high) ${percent}%, var(--mlnb-scale-low))`
      ];
    })
  );
}

function shares(shades: ReadonlyMap<string, string>, row: IRunRow): number {
  return Number(/(\d+)%/.exec(shades.get(row.run_id) ?? '')?.[1] ?? -1);
}

function passes(
  row: IRunRow,
  axes: readonly IAxis[],
  brushes: ReadonlyMap<string, Brush>
): boolean {
  return axes.every(axis => {
    const brush = brushes.get(axis.column.field ?? '');
    const value = valueOf(row, axis.column);
    if (brush === undefined) {
      return true;
    }
    if (brush.kind === 'words') {
      return brush.words.includes(String(value));
    }
    const at = positionOf(axis, value);
    return (
      at !== null &&
      (brush.low === null || Number(value) >= brush.low) &&
      (brush.high === null || Number(value) <= brush.high)
    );
  });
}
