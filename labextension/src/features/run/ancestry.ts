/** Where a run comes from and what became of it, as a graph in layers: data → run → model version → alias. */

import { formatCount, shortDigest } from '../../values/format';
import { fileName } from '../../core/paths';
import type { IDataset, IModel, IRunDetail, Status } from '../../core/tokens';

export type NodeKind = 'data' | 'notebook' | 'run' | 'version' | 'alias';

export interface INode {
  id: string;
  kind: NodeKind;
  layer: number;
  label: string;
  detail: string;
  /** The run that it is or belongs to. */
  runId: string | null;
  status: Status | null;
  /** The run that the graph is about. */
  own: boolean;
}

export interface ILineage {
  nodes: readonly INode[];
  /** Pairs of ids, from what was there to what came of it. */
  edges: readonly (readonly [string, string])[];
}

const LAYERS = { source: 0, origin: 1, parent: 2, run: 3, child: 4, version: 5, alias: 6 };

export function lineageOf(
  run: IRunDetail,
  related: readonly IRunDetail[],
  children: readonly IRunDetail[],
  models: readonly IModel[]
): ILineage {
  const nodes = new Map<string, INode>();
  const edges = new Map<string, readonly [string, string]>();
  const add = (node: Omit<INode, 'own' | 'runId' | 'status'> & Partial<INode>): string => {
    if (!nodes.has(node.id)) {
      nodes.set(node.id, { own: false, runId: null, status: null, ...node });
    }
    return node.id;
  };
  const link = (from: string, to: string): void => {
    edges.set(`${from}\n${to}`, [from, to]);
  };
  const addRun = (one: IRunDetail, layer: number, detail: string): string =>
    add({
      id: `run:${one.run_id}`,
      kind: 'run',
      layer,
      label: one.name,
      detail,
      runId: one.run_id,
      status: one.status,
      own: one === run
    });
  const addData = (one: IRunDetail, to: string): void =>
    one.datasets.forEach(data =>
      link(
        add({
          id: `data:${data.digest}:${data.name}`,
          kind: 'data',
          layer: LAYERS.source,
          label: data.name,
          detail: sizeOf(data)
        }),
        to
      )
    );

  const own = addRun(run, LAYERS.run, run.experiment);
  addData(run, own);
  for (const other of related) {
    const parent = other.run_id === run.parent_id;
    const id = addRun(other, parent ? LAYERS.parent : LAYERS.origin, other.experiment);
    link(id, own);
  }
  if (run.notebook !== null) {
    const id = add({
      id: `notebook:${run.notebook}`,
      kind: 'notebook',
      layer: LAYERS.source,
      label: fileName(run.notebook),
      detail: run.git_commit?.slice(0, 8) ?? ''
    });
    const parent = related.find(other => other.run_id === run.parent_id);
    link(id, parent === undefined ? own : `run:${parent.run_id}`);
  }
  for (const child of children) {
    const id = addRun(child, LAYERS.child, child.experiment);
    link(own, id);
    addData(child, id);
  }
  const known = new Set([run, ...children].map(({ run_id }) => run_id));
  for (const { model, versions } of models) {
    for (const { version, run_id, format, aliases } of versions.filter(one =>
      known.has(one.run_id)
    )) {
      const id = add({
        id: `version:${model}/${version}`,
        kind: 'version',
        layer: LAYERS.version,
        label: `${model}/${version}`,
        detail: format
      });
      link(`run:${run_id}`, id);
      aliases.forEach(alias =>
        link(
          id,
          add({
            id: `alias:${model}@${alias}`,
            kind: 'alias',
            layer: LAYERS.alias,
            label: alias,
            detail: model
          })
        )
      );
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function sizeOf({ rows, columns, digest }: IDataset): string {
  const size = [rows, columns].filter(one => one !== null).map(formatCount);
  return [size.join(' × '), shortDigest(digest)].filter(Boolean).join(' · ');
}

export interface IPlaced extends INode {
  x: number;
  y: number;
}

export interface ILayout {
  nodes: readonly IPlaced[];
  edges: readonly { from: IPlaced; to: IPlaced }[];
  width: number;
  height: number;
}

export const NODE = { width: 176, height: 48, across: 56, down: 12 };

/**
 * Places: a layer is a column; within one, nodes stand in the order of the mean of what leads to them (the
 * barycentre heuristic of Sugiyama, Tagawa and Toda 1981), and each column is centred.
 */
export function laidOut({ nodes, edges }: ILineage): ILayout {
  const layers = [...new Set(nodes.map(({ layer }) => layer))].sort((a, b) => a - b);
  const place = new Map<string, number>();
  const columns = layers.map(layer => {
    const column = nodes.filter(node => node.layer === layer);
    const weight = (node: INode): number => {
      const before = edges
        .filter(([, to]) => to === node.id)
        .map(([from]) => place.get(from))
        .filter(found => found !== undefined);
      return before.length === 0 ? 0 : before.reduce((a, b) => a + b, 0) / before.length;
    };
    const sorted = layer === layers[0] ? column : [...column].sort((a, b) => weight(a) - weight(b));
    sorted.forEach((node, index) => place.set(node.id, index));
    return sorted;
  });
  const step = NODE.height + NODE.down;
  const most = columns.reduce((count, column) => Math.max(count, column.length), 0);
  const height = most * step - NODE.down;
  const placed = columns.flatMap((column, across) =>
    column.map((node, down) => ({
      ...node,
      x: across * (NODE.width + NODE.across),
      y: (height - (column.length * step - NODE.down)) / 2 + down * step
    }))
  );
  const byId = new Map(placed.map(node => [node.id, node]));
  return {
    nodes: placed,
    edges: edges.flatMap(([from, to]) => {
      const ends = [byId.get(from), byId.get(to)];
      return ends[0] && ends[1] ? [{ from: ends[0], to: ends[1] }] : [];
    }),
    width: columns.length * (NODE.width + NODE.across) - NODE.across,
    height
  };
}
