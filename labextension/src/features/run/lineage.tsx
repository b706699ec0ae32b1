/** The lineage of a run, drawn: what can be opened is a button, the lines say what came of what. */

import { type LabIcon, notebookIcon, spreadsheetIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useEffect, useMemo } from 'react';
import { modelsIcon, starIcon } from '../../ui/icons';
import { type ILineage, type IPlaced, laidOut, NODE, type NodeKind } from './ancestry';
import type { IRunRow } from '../../core/tokens';
import { RunName } from '../../ui/parts';
import { Loading } from '../../ui/states';
import { StatusDot } from '../../ui/status';
import { useUi } from '../../ui/ui';

const ICONS: Record<Exclude<NodeKind, 'run'>, LabIcon> = {
  data: spreadsheetIcon,
  notebook: notebookIcon,
  version: modelsIcon,
  alias: starIcon
};

export function LineageTab(props: {
  lineage: ILineage | null;
  onLook: () => void;
  onOpen: (row: Pick<IRunRow, 'run_id'>) => void;
  onModels: () => void;
}): JSX.Element {
  const { lineage, onLook } = props;
  useEffect(onLook, [onLook]);
  return lineage === null ? <Loading rows={3} /> : <Graph {...props} lineage={lineage} />;
}

function Graph(props: {
  lineage: ILineage;
  onOpen: (row: Pick<IRunRow, 'run_id'>) => void;
  onModels: () => void;
}): JSX.Element {
  const { trans } = useUi();
  const { nodes, edges, width, height } = useMemo(() => laidOut(props.lineage), [props.lineage]);
  return (
    <div className="mlnb-Scroll">
      <div
        className="mlnb-Lineage"
        role="group"
        aria-label={trans.__('Lineage')}
        style={{ width: width + 2, height: height + 2 }}
      >
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(({ from, to }) => (
            <path
              key={`${from.id} ${to.id}`}
              className={from.own || to.own ? 'mlnb-mod-own' : undefined}
              d={curve(from, to)}
            />
          ))}
        </svg>
        {nodes.map(node => (
          <Node key={node.id} node={node} {...props} />
        ))}
      </div>
    </div>
  );
}

function curve(from: IPlaced, to: IPlaced): string {
  const [x, y] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [u, v] = [to.x, to.y + NODE.height / 2];
  const bend = Math.min(NODE.across, (u - x) / 2);
  return `M${x} ${y}C${x + bend} ${y} ${u - bend} ${v} ${u} ${v}`;
}

function Node(props: {
  node: IPlaced;
  onOpen: (row: Pick<IRunRow, 'run_id'>) => void;
  onModels: () => void;
}): JSX.Element {
  const { trans } = useUi();
  const { node } = props;
  const kinds: Record<NodeKind, string> = {
    data: trans.__('data'),
    notebook: trans.__('notebook'),
    run: trans.__('run'),
    version: trans.__('model version'),
    alias: trans.__('alias')
  };
  const { runId } = node;
  const open =
    node.kind === 'version' || node.kind === 'alias'
      ? props.onModels
      : runId === null || node.own
        ? null
        : () => props.onOpen({ run_id: runId });
  const content = (
    <>
      {node.kind === 'run' ? (
        <StatusDot status={node.status ?? 'finished'} />
      ) : (
        <Icon icon={ICONS[node.kind]} />
      )}
      <span className="mlnb-Lineage-text">
        <span>{node.kind === 'run' ? <RunName name={node.label} /> : node.label}</span>
        <span>{[kinds[node.kind], node.detail].filter(Boolean).join(' · ')}</span>
      </span>
    </>
  );
  const shared = {
    className: `mlnb-Lineage-node mlnb-mod-${node.kind}${node.own ? ' mlnb-mod-own' : ''}`,
    title: [kinds[node.kind], node.label, node.detail].filter(Boolean).join(' · '),
    style: { left: node.x, top: node.y, width: NODE.width, height: NODE.height }
  };
  return open === null ? (
    <div {...shared}>{content}</div>
  ) : (
    <button type="button" {...shared} onClick={open}>
      {content}
    </button>
  );
}

function Icon({ icon }: { icon: LabIcon }): JSX.Element {
  return <icon.react tag="span" className="mlnb-Lineage-icon" width="16px" height="16px" />;
}
