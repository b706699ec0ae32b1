/** One run: what it is, what came out and went in, and tabs for the rest. */

import type { JSX } from 'react';
import { useCallback, useState } from 'react';
import { formatAge, formatCount, formatDuration, formatTime } from '../../values/format';
import type { CurvesModel } from '../../core/curves';
import { useModel } from '../../core/model';
import type { RunModel } from './model';
import { fileName } from '../../core/paths';
import type { IRunDetail, IRunRow } from '../../core/tokens';
import { useNow } from '../../ui/clock';
import { LineageTab } from './lineage';
import { Alias, type ITab, Tabs } from '../../ui/parts';
import { CodeTab } from './code';
import { curved, CurvesTab } from './curves';
import { DataTab } from './data';
import { ArtifactsTab, FiguresTab } from './files';
import { Overview } from './overview';
import { ChildrenTab, EnvironmentTab } from './tabs';
import { Banner, Loading, Problem } from '../../ui/states';
import { StatusDot, statusName } from '../../ui/status';
import { useUi } from '../../ui/ui';

const FIRST_TAGS = 12;
const OUTPUT_LINES = 10;

export interface IRunViewProps {
  model: RunModel;
  curves: CurvesModel;
  artifactUrl: (artifact: { sha256: string; name: string; media_type: string }) => string;
  onOpen: (row: Pick<IRunRow, 'run_id'>) => void;
  /** A notebook's path as the file browser knows it, if it does. */
  openable: (path: string) => string | null;
  onOpenNotebook: (path: string) => void;
  /** The notebook as it was executed, where the run kept it. */
  onOpenExecuted: () => void;
  /** Make a clean notebook of the cells that it depends on. */
  onGather: () => void;
  onCompare: (runs: string[]) => void;
  onPromote: (run: IRunDetail) => void;
  onRename: (run: IRunDetail) => void;
  onRerun: (run: IRunDetail) => void;
  onTag: (run: IRunDetail) => void;
  onNote: (note: string) => Promise<void>;
  onModels: () => void;
  /** Which of the tabs is open. */
  tab: string | null;
  onTab: (tab: string) => void;
}

export function RunView(props: IRunViewProps): JSX.Element {
  const { model } = props;
  useModel(model);
  useModel(props.curves);
  const { detail, problem } = model;
  const retry = (): void => void model.refresh();
  if (detail === null) {
    return problem ? <Problem error={problem} onRetry={retry} /> : <Loading rows={8} />;
  }
  return (
    <div className="mlnb-View-page">
      {problem && <Banner error={problem} onRetry={retry} />}
      <Header {...props} run={detail} />
      <Overview run={detail} curves={props.curves} store={model.store} onNote={props.onNote} />
      <RunTabs {...props} run={detail} />
    </div>
  );
}

function Header(props: IRunViewProps & { run: IRunDetail }): JSX.Element {
  const { trans } = useUi();
  const { run } = props;
  const now = useNow();
  const { previous } = run;
  const hasModel = run.models.length > 0;
  return (
    <header className="mlnb-RunHeader">
      <div className="mlnb-RunHeader-title">
        <h1>
          <button type="button" title={trans.__('Rename')} onClick={() => props.onRename(run)}>
            {run.name}
          </button>
        </h1>
        {run.aliases.map(alias => (
          <Alias key={alias} name={alias} />
        ))}
        <span className="mlnb-RunHeader-actions">
          {previous && (
            <button
              type="button"
              className="mlnb-Action"
              title={trans.__('Compare with %1, the run before', previous.name)}
              onClick={() => props.onCompare([previous.run_id, run.run_id])}
            >
              {trans.__('Compare')}
            </button>
          )}
          {run.artifacts.some(({ kind }) => kind === 'notebook') && (
            <button type="button" className="mlnb-Action" onClick={props.onOpenExecuted}>
              {trans.__('Executed notebook')}
            </button>
          )}
          {run.kind === 'cell' && (
            <button
              type="button"
              className="mlnb-Action"
              title={trans.__('Make a notebook of the cells that this run depends on, proved')}
              onClick={props.onGather}
            >
              {trans.__('Clean notebook')}
            </button>
          )}
          {run.notebook && props.openable(run.notebook) !== null && (
            <button type="button" className="mlnb-Action" onClick={() => props.onRerun(run)}>
              {trans.__('Rerun')}
            </button>
          )}
          <button type="button" className="mlnb-Action" onClick={() => props.onTag(run)}>
            {trans.__('Tag')}
          </button>
          <button
            type="button"
            className="mlnb-Action mlnb-mod-primary"
            disabled={!hasModel}
            title={hasModel ? undefined : trans.__('This run kept no model')}
            onClick={() => props.onPromote(run)}
          >
            {trans.__('Promote')}
          </button>
        </span>
      </div>
      <div className="mlnb-RunHeader-facts">
        <span>
          <StatusDot status={run.status} labelled={false} /> {statusName(run.status, trans)}
        </span>
        <span>{run.experiment}</span>
        {run.notebook && <Notebook path={run.notebook} {...props} />}
        <span title={formatTime(run.started_at)}>{formatAge(run.started_at, now, trans)}</span>
        {run.duration_s !== null && <span>{formatDuration(run.duration_s)}</span>}
        <Tags tags={Object.entries(run.tags)} />
      </div>
      {run.error && <pre className="mlnb-RunHeader-error">{run.error}</pre>}
      {run.output && (
        <pre className="mlnb-RunHeader-output" title={trans.__('The end of its output')}>
          {run.output.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n')}
        </pre>
      )}
      {run.problems.map(({ where, message }) => (
        <div key={where + message} className="mlnb-RunHeader-problem">
          {trans.__('Not recorded: %1 (%2)', where, message)}
        </div>
      ))}
    </header>
  );
}

/** The first of a run's tags, and the others when they are asked for. */
function Tags({ tags }: { tags: readonly [string, string][] }): JSX.Element {
  const { trans } = useUi();
  const [open, setOpen] = useState(false);
  const more = tags.length - FIRST_TAGS;
  return (
    <>
      {(open ? tags : tags.slice(0, FIRST_TAGS)).map(([key, value]) => (
        <span key={key} className="mlnb-Tag" title={value ? `${key} ${value}` : key}>
          {key}
          {value && value !== key && <b>{value}</b>}
        </span>
      ))}
      {more > 0 && (
        <button
          type="button"
          className="mlnb-Link"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open
            ? trans.__('fewer tags')
            : trans._n('%2 more tag', '%2 more tags', more, formatCount(more))}
        </button>
      )}
    </>
  );
}

/** A link where the file browser can open it. */
function Notebook(props: {
  path: string;
  openable: (path: string) => string | null;
  onOpenNotebook: (path: string) => void;
}): JSX.Element {
  const path = props.openable(props.path);
  return path === null ? (
    <span title={props.path}>{fileName(props.path)}</span>
  ) : (
    <button
      type="button"
      className="mlnb-Link"
      title={props.path}
      onClick={() => props.onOpenNotebook(path)}
    >
      {path}
    </button>
  );
}

function RunTabs(props: IRunViewProps & { run: IRunDetail }): JSX.Element {
  const { trans } = useUi();
  const { run, model, curves } = props;
  const onLook = useCallback(() => model.traceLineage(), [model]);
  const figures = run.artifacts.filter(({ kind }) => kind === 'figure');
  const lines = curved(run).length;
  // What a notebook's tracked cells did stands with them.
  const inside = run.children.length > 0;
  const others = run.artifacts.filter(({ kind }) => kind !== 'figure');
  const tabs: (ITab | null)[] = [
    run.children.length === 0
      ? null
      : {
          id: 'children',
          label: run.kind === 'notebook' ? trans.__('Cells tracked') : trans.__('Runs inside'),
          count: run.children.length,
          render: () => <ChildrenTab runs={run.children} onOpen={props.onOpen} />
        },
    lines === 0
      ? null
      : {
          id: 'curves',
          label: trans.__('Curves'),
          count: lines,
          render: () => <CurvesTab run={run} curves={curves} store={model.store} />
        },
    figures.length === 0
      ? null
      : {
          id: 'figures',
          label: trans.__('Figures'),
          count: figures.length,
          render: () => <FiguresTab figures={figures} url={props.artifactUrl} />
        },
    inside && model.cells?.length === 0
      ? null
      : { id: 'code', label: trans.__('Code'), render: () => <CodeTab cells={model.cells} /> },
    inside && run.datasets.length === 0
      ? null
      : {
          id: 'data',
          label: trans.__('Data'),
          count: run.datasets.length,
          render: () => <DataTab datasets={run.datasets} />
        },
    {
      id: 'environment',
      label: trans.__('Environment'),
      render: () => <EnvironmentTab run={run} />
    },
    {
      id: 'lineage',
      label: trans.__('Lineage'),
      render: () => (
        <LineageTab
          lineage={model.lineage}
          onLook={onLook}
          onOpen={props.onOpen}
          onModels={props.onModels}
        />
      )
    },
    {
      id: 'artifacts',
      label: trans.__('Artifacts'),
      count: others.length,
      render: () => <ArtifactsTab artifacts={others} url={props.artifactUrl} />
    }
  ];
  return (
    <Tabs
      tabs={tabs.filter((tab): tab is ITab => tab !== null)}
      label={trans.__('Parts of the run')}
      tab={props.tab}
      onTab={props.onTab}
    />
  );
}
