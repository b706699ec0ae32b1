import { describe, expect, it } from 'vitest';
import { laidOut, lineageOf } from '../src/features/run/ancestry';
import type { IModel, IModelVersion } from '../src/core/tokens';
import { dataset, detail } from './examples';

const train = dataset();
const version = (version: number, run_id: string, aliases: string[]): IModelVersion => ({
  version,
  run_id,
  aliases,
  run_name: null,
  format: 'skops',
  created_at: '',
  created_by: null,
  origin: null,
  sha256: 's',
  signature: null
});
const whole = detail({ run_id: 'N', kind: 'notebook', notebook: 'work/train.ipynb' });
const cell = detail({ run_id: 'C', parent_id: 'N', datasets: [train, train] });
const models: IModel[] = [
  {
    model: 'churn',
    versions: [version(2, 'C', ['champion']), version(1, 'OTHER', [])],
    aliases: { champion: 2 },
    promotions: []
  }
];

describe('the lineage of a run', () => {
  const lineage = lineageOf(whole, [], [cell], models);

  it('goes from data and notebook over runs to versions and aliases', () => {
    expect(lineage.edges).toEqual([
      ['notebook:work/train.ipynb', 'run:N'],
      ['run:N', 'run:C'],
      ['data:d5629e7801:train', 'run:C'],
      ['run:C', 'version:churn/2'],
      ['version:churn/2', 'alias:churn@champion']
    ]);
    expect(lineage.nodes.filter(({ own }) => own).map(({ id }) => id)).toEqual(['run:N']);
  });

  it('says of a run that was executed again what it repeats', () => {
    const again = detail({ run_id: 'A', rerun_of: 'N', notebook: null });
    expect(lineageOf(again, [whole], [], []).edges).toEqual([['run:N', 'run:A']]);
  });

  it('stands in columns without overlaps, and every line goes to the right', () => {
    const { nodes, edges } = laidOut(lineage);
    expect(edges.every(({ from, to }) => from.x < to.x)).toBe(true);
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
  });
});
