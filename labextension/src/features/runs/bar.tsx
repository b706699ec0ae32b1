/** Above the table: the search, the conditions of its query, what is the same in all, and what can be done. */

import { closeIcon } from '@jupyterlab/ui-components';
import type { JSX, RefObject } from 'react';
import { formatCount, formatScalar, shortDigest } from '../../values/format';
import type { RunTableModel } from './model';
import type { SampleModel } from './sample';
import type { SavedViewsModel } from './views';
import { conditions, experimentOf, withExperiment, without } from '../../values/query';
import { type IColumn, labelOf } from '../../values/runcolumns';
import type { IRunRow } from '../../core/tokens';
import { ColumnChooser } from '../../ui/chooser';
import { Folded } from '../../ui/parts';
import { SavedViews } from './savedviews';
import { SearchBox } from '../../ui/searchbox';
import { useUi } from '../../ui/ui';

const SAID = 6;

export interface IRunTableBarProps {
  model: RunTableModel;
  /** What the plots below the table draw. */
  sample: SampleModel;
  views: SavedViewsModel;
  search: RefObject<HTMLInputElement>;
  onCompare: (rows: readonly IRunRow[]) => void;
  onExport: () => void;
  onLeave: () => void;
}

export function RunTableBar(props: IRunTableBarProps): JSX.Element {
  const { trans } = useUi();
  const { model, sample } = props;
  return (
    <div className="mlnb-RunTable-bar">
      <div className="mlnb-RunTable-tools">
        <Experiment model={model} />
        <SearchBox
          where={model.where}
          error={model.queryError}
          words={model.words}
          input={props.search}
          onQuery={where => void model.setQuery(where)}
          onLeave={props.onLeave}
        />
        <span className="mlnb-RunTable-count mlnb-Quiet" aria-live="polite">
          {trans._n('%2 run', '%2 runs', model.total, formatCount(model.total))}
        </span>
        <span className="mlnb-RunTable-actions">
          <Picked {...props} />
          <SavedViews
            model={props.views}
            experiment={experimentOf(model.where)}
            onApply={view => {
              sample.set(view.explore);
              void model.restore(view.table);
            }}
            current={name => ({
              name,
              experiment: experimentOf(model.where),
              table: model.state,
              explore: sample.state
            })}
          />
          <ColumnChooser
            title={trans.__('Columns')}
            columns={model.columns}
            isShown={key => model.isShown(key)}
            onToggle={key => model.toggleColumn(key)}
            isPinned={key => model.isPinned(key)}
            onPin={key => model.pinColumn(key)}
          />
          <button type="button" className="mlnb-Action" onClick={props.onExport}>
            {trans.__('Export CSV')}
          </button>
        </span>
      </div>
      <Chips model={model} />
      <Same columns={model.constant} />
    </div>
  );
}

/** One experiment, or all; the choice is a condition of the query like any other. */
function Experiment({ model }: { model: RunTableModel }): JSX.Element {
  const { trans } = useUi();
  const chosen = experimentOf(model.where);
  const names = model.experiments.map(({ experiment }) => experiment);
  if (chosen !== null && !names.includes(chosen)) {
    names.unshift(chosen);
  }
  return (
    <select
      className="mlnb-RunTable-experiment"
      aria-label={trans.__('Experiment')}
      value={chosen ?? ''}
      onChange={event =>
        void model.setQuery(withExperiment(model.where, event.target.value || null))
      }
    >
      <option value="">{trans.__('All experiments')}</option>
      {names.map(name => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Picked({
  model,
  onCompare
}: Pick<IRunTableBarProps, 'model' | 'onCompare'>): JSX.Element | null {
  const { trans } = useUi();
  const { picked } = model;
  return picked.size === 0 ? null : (
    <>
      <span className="mlnb-Quiet">{trans.__('%1 selected', picked.size)}</span>
      <button type="button" className="mlnb-Action" onClick={() => picked.clear()}>
        {trans.__('Clear')}
      </button>
      <button
        type="button"
        className="mlnb-Action mlnb-mod-primary"
        disabled={picked.size < 2}
        title={picked.size < 2 ? trans.__('Select two or more runs') : undefined}
        onClick={() => onCompare(picked.rows)}
      >
        {trans.__('Compare')}
      </button>
    </>
  );
}

/** The query's conditions, each of which can be taken off. */
function Chips({ model }: { model: RunTableModel }): JSX.Element | null {
  const { trans } = useUi();
  const experiment = experimentOf(model.where);
  const found = conditions(model.where).filter(
    condition => experiment === null || condition !== withExperiment('', experiment)
  );
  return found.length === 0 ? null : (
    <ul className="mlnb-Chips" aria-label={trans.__('Filters')}>
      {found.map(condition => (
        <li key={condition}>
          <code title={condition}>{condition}</code>
          <button
            type="button"
            className="mlnb-IconButton"
            aria-label={trans.__('Remove the filter %1', condition)}
            onClick={() => void model.setQuery(without(model.where, condition))}
          >
            <closeIcon.react tag="span" width="12px" height="12px" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What is the same in all runs, in one line. */
function Same({ columns }: { columns: readonly IColumn[] }): JSX.Element | null {
  const { trans } = useUi();
  if (columns.length === 0) {
    return null;
  }
  const said = (column: IColumn): string =>
    column.group === 'data' ? shortDigest(String(column.value)) : formatScalar(column.value);
  const items = (some: readonly IColumn[]): JSX.Element[] =>
    some.map(column => (
      <span key={column.key} className="mlnb-RunTable-fact" title={`${column.key} ${said(column)}`}>
        {labelOf(column, trans)} <b>{said(column)}</b>
      </span>
    ));
  return (
    <div className="mlnb-RunTable-same">
      <span className="mlnb-Quiet">{trans.__('Same in all:')}</span> {items(columns.slice(0, SAID))}
      {columns.length > SAID && (
        <Folded summary={trans.__('%1 more', columns.length - SAID)}>
          {items(columns.slice(SAID))}
        </Folded>
      )}
    </div>
  );
}
