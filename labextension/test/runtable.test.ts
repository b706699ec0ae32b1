import { beforeEach, describe, expect, it } from 'vitest';
import type { IRunsQuery } from '../src/core/api';
import { PAGE, RunTableModel } from '../src/features/runs/model';
import { bestOf, columnsOf, textsOf, toCsv, usual } from '../src/values/runcolumns';
import { ApiError } from '../src/core/request';
import type { IColumnInfo, IRunPage } from '../src/core/tokens';
import { run, STORE } from './examples';

function info(parts: Partial<IColumnInfo>): IColumnInfo {
  const bounds = { least: null, greatest: null, repeats: null };
  return {
    group: 'params',
    name: 'lr',
    runs: 3,
    constant: false,
    value: null,
    numeric: true,
    ...bounds,
    ...parts
  };
}

describe('columns', () => {
  const infos = [
    info({ group: 'metrics', name: 'accuracy', least: 0.5, greatest: 0.9 }),
    info({ group: 'metrics', name: 'forest.accuracy', repeats: 'accuracy' }),
    info({ group: 'metrics', name: 'loss', least: 0.1, greatest: 2 }),
    info({ name: 'lr' }),
    info({ name: 'seed', constant: true, value: 0 }),
    info({ group: 'data', name: 'train', numeric: false })
  ];
  const columns = columnsOf(infos, 3);

  it('are shown where they differ, parameters first, and say nothing twice', () => {
    const shown = usual(columns);
    expect(columns.filter(({ key }) => shown.has(key)).map(({ key }) => key)).toEqual([
      'params.lr',
      'metrics.accuracy',
      'metrics.loss',
      'data.train',
      'run.duration_s',
      'run.started_at'
    ]);
  });

  it('have names of their own before an estimator’s', () => {
    const found = columnsOf([info({ name: 'SVC.C' }), info({ name: 'lr' })], 3);
    expect(found.slice(0, 2).map(({ name }) => name)).toEqual(['lr', 'SVC.C']);
  });

  it('know their best value where their name says what is good', () => {
    const best = (key: string): number | null => {
      const column = columns.find(other => other.key === key);
      return column ? bestOf(column) : null;
    };
    expect(best('metrics.accuracy')).toBe(0.9);
    expect(best('metrics.loss')).toBe(0.1);
    expect(best('params.lr')).toBeNull();
  });

  it('are written with enough digits on the screen and unrounded in a file', () => {
    const accuracy = columns.filter(({ key }) => key === 'metrics.accuracy');
    const rows = [
      run({ name: 'a, b', metrics: { accuracy: 0.98444 } }),
      run({ name: 'c', metrics: { accuracy: 0.98449 } }),
      run({ name: 'd' })
    ];
    expect(accuracy.flatMap(column => textsOf(rows, column))).toEqual(['0.9844', '0.9845', '']);
    const [head, first, , last] = toCsv(rows, accuracy).split('\r\n');
    expect(head).toBe('run_id,name,status,metrics.accuracy');
    expect(first).toContain('"a, b",finished,0.98444');
    expect(last).toMatch(/,d,finished,$/);
  });
});

describe('RunTableModel', () => {
  const rows = Array.from({ length: 2 * PAGE + 5 }, (_, index) => run({ params: { lr: index } }));
  let asked: IRunsQuery[] = [];
  let failure: ApiError | null = null;
  const api = {
    columns: () => Promise.resolve([info({})]),
    runs: (_: string | null, query: IRunsQuery): Promise<IRunPage> => {
      if (query.limit !== 0) {
        asked.push(query); // without rows, experiments are asked for
      }
      const { offset = 0, limit = 0 } = query;
      return failure === null
        ? Promise.resolve({
            store: STORE,
            runs: rows.slice(offset, offset + limit),
            total: rows.length,
            cursor: 1,
            removed: [],
            stale: false,
            batches: []
          })
        : Promise.reject(failure);
    }
  };
  let model: RunTableModel;

  beforeEach(async () => {
    asked = [];
    failure = null;
    model = new RunTableModel(api, 'STORE');
    await model.refresh();
  });

  const settled = (): Promise<unknown> =>
    new Promise(resolve => model.changed.connect(() => resolve(undefined)));

  it('holds the pages that are in view and no others', async () => {
    expect(model.total).toBe(rows.length);
    expect(model.at(PAGE - 1)?.row).toBe(rows[PAGE - 1]);
    expect(model.at(2 * PAGE)).toBeNull();
    const done = settled();
    model.ensure(2 * PAGE, 2 * PAGE + 4);
    await done;
    expect(model.at(2 * PAGE + 4)?.row).toBe(rows[2 * PAGE + 4]);
    expect(asked.map(({ offset }) => offset)).toEqual([0, 2 * PAGE]);
  });

  it('lets the server sort, and comes back to the newest first', async () => {
    const [column] = model.shown;
    if (column === undefined) {
      throw new Error('no column');
    }
    await model.sortBy(column);
    await model.sortBy(column);
    await model.sortBy(column);
    expect(asked.slice(1).map(({ order_by }) => order_by)).toEqual([
      'params.lr desc',
      'params.lr asc',
      undefined
    ]);
  });

  it('keeps what it shows while a query can’t be read', async () => {
    failure = new ApiError('no such metric', 'query', 400);
    await model.setQuery('metrics.nope > 1');
    expect(model.queryError?.message).toBe('no such metric');
    expect(model.at(0)?.row).toBe(rows[0]);
  });

  it('exports all runs, not only those in view', async () => {
    expect(await model.all()).toHaveLength(rows.length);
  });

  it('shows and hides columns', () => {
    expect(model.isShown('params.lr')).toBe(true);
    model.toggleColumn('params.lr');
    model.toggleColumn('run.user');
    expect(model.shown.map(({ key }) => key)).toContain('run.user');
    expect(model.isShown('params.lr')).toBe(false);
  });
});
