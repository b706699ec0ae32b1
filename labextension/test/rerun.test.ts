import { describe, expect, it, vi } from 'vitest';
import { BatchModel } from '../src/models/batch';
import { RerunModel } from '../src/models/rerun';
import { ApiError } from '../src/request';
import type { IBatch, IParameter } from '../src/tokens';
import { matrixOf, meritOf, secondsLeft } from '../src/batches';
import { parseChoice, parseValue, parseValues } from '../src/values';
import { run as example, STORE } from './examples';

describe('values', () => {
  it('are read as the notebook would write them', () => {
    const written = [
      '0.1',
      '1e-3',
      '1_000',
      '-2',
      'True',
      'None',
      "'0.1'",
      'rbf',
      '[64, 32]',
      '{"a": 1}'
    ];
    expect(written.map(parseValue)).toEqual([
      0.1,
      0.001,
      1000,
      -2,
      true,
      null,
      '0.1',
      'rbf',
      [64, 32],
      { a: 1 }
    ]);
  });

  it('are several where commas stand outside of brackets and quotes', () => {
    expect(parseValues("[64, 32], [16], 'a,b', ")).toEqual([[64, 32], [16], 'a,b']);
  });

  it('are drawn from a range, whose mistakes are told before anything starts', () => {
    expect(parseChoice('loguniform(1e-4, 1e-1)')).toMatchObject({
      kind: 'range',
      text: 'loguniform(0.0001, 0.1)'
    });
    const problem = (text: string): unknown => (parseChoice(text) as { problem?: string }).problem;
    expect(problem('loguniform(0, 1)')).toBe('positive');
    expect(problem('uniform(2, 1)')).toBe('order');
    expect(problem('randint(1)')).toBe('two');
    expect(problem('normal(a, b)')).toBe('numbers');
  });
});

const batch: IBatch = {
  batch_id: 'B',
  name: 'sweep',
  state: 'running',
  total: 2,
  notebook: 'train.ipynb',
  source_sha256: '',
  executor: 'local',
  started_at: '2026-10-01T00:00:00Z',
  ended_at: null,
  plan: [],
  counts: { waiting: 2, running: 0, finished: 0, failed: 0, killed: 0 },
  runs: []
};

describe('RerunModel', () => {
  const parameters: IParameter[] = [
    { name: 'lr', default: '0.1', value: 0.1, type: 'float', help: 'learning rate' },
    { name: 'depth', default: '3', value: 3, type: 'int', help: '' },
    { name: 'seed', default: '0', value: 0, type: 'int', help: '' }
  ];
  const api = {
    parameters: () => Promise.resolve(parameters),
    rerun: vi.fn(() => Promise.resolve(batch)),
    stores: () => Promise.resolve({ stores: [{ ...STORE, current: true }], elsewhere: null }),
    runs: () =>
      Promise.resolve({
        store: STORE,
        runs: [2, 30, 4].map(duration_s => example({ duration_s })),
        total: 3,
        cursor: 1,
        removed: [],
        batches: [],
        stale: false
      })
  };

  it('sets what has one value, spans a grid over what has several, and leaves the rest', async () => {
    const model = new RerunModel(api, { notebook: 'train.ipynb' });
    await model.open();
    model.setText('lr', '0.1, 0.01, 0.001');
    model.setText('depth', '5');
    model.setWorkers(2);
    expect(model.count).toBe(3);
    expect(model.request).toEqual({
      notebook: 'train.ipynb',
      params: { depth: 5 },
      grid: { lr: [0.1, 0.01, 0.001] },
      workers: 2
    });
    expect((await model.start())?.store).toBe(STORE.id);
  });

  it('draws sets where there is a range, and tells how many runs in what time it makes', async () => {
    const model = new RerunModel(api, { notebook: 'train.ipynb' });
    await model.open();
    model.setText('lr', 'loguniform(1e-4, 1e-1)');
    model.setText('depth', '2, 4');
    model.setWorkers(2);
    expect([model.count, model.seconds]).toEqual([20, 10 * 4]);
    model.setSamples(60);
    expect(model.request).toMatchObject({
      grid: { lr: 'loguniform(0.0001, 0.1)', depth: [2, 4] },
      samples: 60
    });
    model.setText('lr', '0.1, 0.2');
    model.setSamples(null);
    expect(model.count).toBe(4);
    expect(model.request.samples).toBeUndefined();
    model.setText('depth', 'uniform(3, 2)');
    expect(model.ready).toBe(false);
  });

  it('begins with the values of the run that it reruns', async () => {
    const run = { run_id: 'R', name: 'fox', params: { lr: 0.5, seed: 0 }, store: 'OTHER' };
    const model = new RerunModel(api, { notebook: 'train.ipynb', run });
    await model.open();
    expect(parameters.map(parameter => model.text(parameter))).toEqual(['0.5', '3', '0']);
    expect(model.request).toMatchObject({ run: 'R', params: { lr: 0.5 }, grid: {} });
    expect((await model.start())?.store).toBe('OTHER');
  });

  it('says what the server refuses', async () => {
    const refusal = new ApiError('no parameter x', 'parameter', 400);
    const model = new RerunModel(
      { ...api, rerun: () => Promise.reject(refusal) },
      { notebook: 'train.ipynb' }
    );
    await model.open();
    expect(await model.start()).toBeNull();
    expect(model.problem).toBe(refusal);
  });
});

it('a batch that is told to stop says so until it has', async () => {
  const states: IBatch['state'][] = ['running', 'cancelled'];
  const model = new BatchModel(
    {
      batch: () => Promise.resolve({ ...batch, state: states.shift() ?? 'cancelled' }),
      cancel: () => Promise.resolve(null)
    },
    null,
    'B'
  );
  await model.refresh();
  const done = model.cancel();
  expect(model.stopping).toBe(true);
  await done;
  expect(model.stopping).toBe(false);
  expect(model.batch?.state).toBe('cancelled');
});

describe('a batch', () => {
  const plan = [1, 2, 3].flatMap(depth =>
    [0.1, 0.2].map(lr => ({ run_id: `${depth}/${lr}`, params: { lr, depth, seed: 0 } }))
  );

  it('is rows and columns where two parameters span it, and a line of dots elsewhere', () => {
    const matrix = matrixOf(plan) ?? expect.fail();
    expect([matrix.down.name, matrix.across.name]).toEqual(['lr', 'depth']);
    expect(matrix.at(0.2, 3)?.run_id).toBe('3/0.2');
    expect(matrixOf(plan.slice(1))).toBeNull();
    expect(
      matrixOf(plan.map((one, seed) => ({ ...one, params: { ...one.params, seed } })))
    ).toBeNull();
  });

  it('is ranked by what its metric says is good; what failed stands apart', () => {
    const runs = [0.3, 0.1, 0.2].map(loss => example({ metrics: { loss } }));
    const broken = example({ status: 'failed', metrics: { loss: 0 } });
    const merit = meritOf([...runs, broken]);
    expect(merit.ranked.map(({ metrics }) => metrics.loss)).toEqual([0.1, 0.2, 0.3]);
    expect(merit.failed).toEqual([broken]);
    expect(merit.share.get(runs[1]?.run_id ?? '')).toBe(1);
  });

  it('takes as long for what is left as for what is done', () => {
    const counts = { waiting: 6, running: 0, finished: 1, failed: 1, killed: 0 };
    const now = Date.parse(batch.started_at) + 10_000;
    expect(secondsLeft({ ...batch, total: 8, counts }, now)).toBe(30);
    expect(secondsLeft(batch, now)).toBeNull();
  });
});
