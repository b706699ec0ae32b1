/** The sidebar: search, the store and its counts, the list, and what can be done with what is picked. */

import { type LabIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useCallback, useRef } from 'react';
import { formatCount } from '../../values/format';
import { modelsIcon, tableIcon } from '../../ui/icons';
import type { Facts } from './facts';
import type { CurvesModel } from '../../core/curves';
import { useModel } from '../../core/model';
import type { RunListModel } from '../../core/runlist';
import type { SelectionModel } from '../../core/selection';
import type { StoresModel } from '../../core/stores';
import type { IRunRow } from '../../core/tokens';
import { RunList } from './runlist';
import { SearchBox } from '../../ui/searchbox';
import { Banner, FirstSteps, Loading, Notice, Problem } from '../../ui/states';
import { useUi } from '../../ui/ui';

export interface ISidebarProps {
  runs: RunListModel;
  stores: StoresModel;
  selection: SelectionModel;
  curves: CurvesModel;
  facts: Facts;
  onOpen: (row: IRunRow) => void;
  onCompare: () => void;
  onPromote: () => void;
  onTag: () => void;
  onDelete: () => void;
  onRuns: () => void;
  onModels: () => void;
  onTrack: () => void;
}

export function Sidebar(props: ISidebarProps): JSX.Element {
  const { trans } = useUi();
  const { runs, selection, stores, facts } = props;
  useModel(runs);
  useModel(selection);
  useModel(props.curves);
  useModel(stores);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);

  const onView = useCallback((from: number, to: number) => runs.ensure(from, to), [runs]);
  const onPick = useCallback(
    (rows: readonly IRunRow[], how: 'toggle' | 'add') =>
      how === 'add' ? selection.add(rows) : rows.forEach(row => selection.toggle(row)),
    [selection]
  );
  const focusList = (): void => {
    const tree = list.current?.querySelector<HTMLElement>('.mlnb-RunList');
    if (selection.active === null || runs.lines.indexOf(selection.active) < 0) {
      selection.activate(runs.lines.at(0)?.key ?? null);
    }
    tree?.focus();
  };

  return (
    <div className="mlnb-Sidebar-body">
      <header className="mlnb-Sidebar-header">
        <h2>{trans.__('Experiments')}</h2>
        <IconButton label={trans.__('Table of runs')} icon={tableIcon} onClick={props.onRuns} />
        <IconButton label={trans.__('Models')} icon={modelsIcon} onClick={props.onModels} />
        <IconButton
          label={trans.__('Refresh')}
          icon={refreshIcon}
          onClick={() => void runs.refresh()}
        />
      </header>
      <SearchBox
        where={runs.where}
        error={runs.queryError}
        words={facts.words}
        input={search}
        onQuery={where => void runs.setQuery(where)}
        onLeave={focusList}
      />
      {stores.elsewhere === null && <StoreLine runs={runs} stores={stores} />}
      {runs.ready && runs.problem !== null && (
        <Banner error={runs.problem} onRetry={() => void runs.refresh()} />
      )}
      <div className="mlnb-Sidebar-list" ref={list}>
        {stores.elsewhere !== null ? (
          <Elsewhere stores={stores} message={stores.elsewhere} />
        ) : runs.lines.length > 0 ? (
          <RunList
            lines={runs.lines}
            active={selection.active}
            selected={runId => selection.has(runId)}
            picking={selection.size > 0}
            facts={(row, ask) => facts.of(row, ask)}
            heading={experiment => facts.heading(experiment)}
            onView={onView}
            onActivate={key => selection.activate(key)}
            onOpen={props.onOpen}
            onPick={onPick}
            onClear={() => selection.clear()}
            onSearch={() => search.current?.select()}
            onToggleGroup={experiment => runs.toggleGroup(experiment)}
            onToggleBatch={batchId => runs.toggleBatch(batchId)}
          />
        ) : (
          <Nothing {...props} />
        )}
      </div>
      {selection.size > 0 && <Picked {...props} />}
    </div>
  );
}

/** The notebook in front logs to a store that this server may not show. */
function Elsewhere(props: { stores: StoresModel; message: string }): JSX.Element {
  const { trans } = useUi();
  const { stores, message } = props;
  const other = stores.list[0];
  return (
    <Notice
      title={message}
      action={
        other && { label: trans.__('Show %1', other.name), run: () => stores.choose(other.id) }
      }
    >
      <p>
        {trans.__('Its runs are recorded there. c.MlnbApp.stores can let this server show them.')}
      </p>
    </Notice>
  );
}

function Nothing({ runs, stores, onTrack }: ISidebarProps): JSX.Element {
  const { trans } = useUi();
  if (stores.problem !== null && stores.current === null) {
    return <Problem error={stores.problem} onRetry={() => void runs.refresh()} />;
  }
  if (!runs.ready) {
    return runs.problem ? (
      <Problem error={runs.problem} onRetry={() => void runs.refresh()} />
    ) : (
      <Loading />
    );
  }
  if (runs.where !== '') {
    return (
      <Notice
        title={trans.__('No run matches')}
        action={{ label: trans.__('Show all'), run: () => void runs.setQuery('') }}
      />
    );
  }
  return <FirstSteps onAdd={onTrack} />;
}

function StoreLine(props: { runs: RunListModel; stores: StoresModel }): JSX.Element {
  const { trans } = useUi();
  const { runs, stores } = props;
  const store = runs.store ?? stores.find(stores.current);
  const count =
    runs.where === ''
      ? trans._n('%2 run', '%2 runs', runs.found, formatCount(runs.found))
      : trans.__('%1 of %2', formatCount(runs.found), formatCount(runs.all));
  return (
    <div className="mlnb-StoreLine">
      {stores.list.length > 1 ? (
        <select
          value={stores.current ?? ''}
          title={store?.path}
          aria-label={trans.__('Store')}
          onChange={event => stores.choose(event.target.value)}
        >
          {stores.find(stores.current) === null && (
            <option value="">
              {stores.elsewhere === null ? trans.__('new store') : trans.__('another store')}
            </option>
          )}
          {stores.list.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      ) : (
        <span title={store?.path}>{store?.name}</span>
      )}
      {runs.ready && (
        <span className="mlnb-StoreLine-count" aria-live="polite">
          {count}
        </span>
      )}
    </div>
  );
}

function Picked(props: ISidebarProps): JSX.Element {
  const { trans } = useUi();
  const { selection } = props;
  const count = selection.size;
  return (
    <div className="mlnb-Picked" role="toolbar" aria-label={trans.__('Selected runs')}>
      <span className="mlnb-Picked-count">
        {trans._n('%1 run selected', '%1 runs selected', count)}
        <button type="button" className="mlnb-Link" onClick={() => selection.clear()}>
          {trans.__('Clear')}
        </button>
      </span>
      <button
        type="button"
        className="mlnb-Action mlnb-mod-primary"
        disabled={count < 2}
        title={count < 2 ? trans.__('Select two or more runs') : undefined}
        onClick={props.onCompare}
      >
        {trans.__('Compare')}
      </button>
      <button
        type="button"
        className="mlnb-Action"
        disabled={count !== 1}
        title={count === 1 ? undefined : trans.__('Select one run')}
        onClick={props.onPromote}
      >
        {trans.__('Promote')}
      </button>
      <button type="button" className="mlnb-Action" onClick={props.onTag}>
        {trans.__('Tag')}
      </button>
      <button type="button" className="mlnb-Action" onClick={props.onDelete}>
        {trans.__('Delete')}
      </button>
    </div>
  );
}

export function IconButton(props: {
  label: string;
  icon: LabIcon;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="mlnb-IconButton"
      title={props.label}
      aria-label={props.label}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" width="16px" height="16px" />
    </button>
  );
}
