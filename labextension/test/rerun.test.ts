import { describe, expect, it, vi } from 'vitest';
import { BatchModel } from '../src/features/batch/model';
import { type IRerunOrigin, RerunModel } from '../src/features/rerun/model';
import { ApiError } from '../src/core/request';
import type {
  IBatch,
  IParameter,
  IPlannedField,
  IPlanRequest,
  IRerunRequest
} from '../src/core/tokens';
import { matrixOf, meritOf, secondsLeft } from '../src/features/batch/merit';
import { run as example, STORE } from './examples';

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
  const parameters: [IParameter, IParameter, IParameter] = [
    { name: 'lr', default: '0.1', value: 0.1, source: '0.1', type: 'float', help: 'rate' },
    { name: 'depth', default: '3', value: 3, source: '3', type: 'int', help: '' },
    { name: 'seed', default: '0', value: 0, source: '0', type: 'int', help: '' }
  ];
  /** As the server reads a field; that it reads well is its own tests' business. */
  const field = ([name, text]: [string, string]): IPlannedField => ({
    name,
    count: text.includes('(') ? null : text.split(',').length,
    problem: text.includes('abc') ? `${name} is 'abc'` : null,
    hint: null
  });
  const api = {
    parameters: (): Promise<IParameter[]> => Promise.resolve(parameters),
    plan: vi.fn((_: string | null, body: IPlanRequest) =>
      Promise.resolve(Object.entries(body.edits ?? {}).map(field))
    ),
    rerun: vi.fn((_: string | null, _body: IRerunRequest) => Promise.resolve(batch)),
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
  const open = async (origin: IRerunOrigin = { notebook: 'train.ipynb' }, other = {}) => {
    const model = new RerunModel({ ...api, ...other }, origin);
    await model.open();
    return model;
  };
  const understood = (model: RerunModel): Promise<unknown> =>
    vi.waitFor(() => expect(model.count).not.toBeNull());

  it('sends what was edited, as it was typed, and leaves the rest', async () => {
    const model = await open();
    model.setText('lr', '0.1, 0.01, 0.001');
    model.setText('depth', ' 5 ');
    model.setText('seed', '1');
    model.setText('seed', '0');
    model.setWorkers(2);
    expect(model.count).toBeNull();
    await understood(model);
    expect(model.count).toBe(3);
    expect(model.request).toEqual({
      notebook: 'train.ipynb',
      edits: { lr: '0.1, 0.01, 0.001', depth: '5' },
      workers: 2
    });
    expect((await model.start())?.store).toBe(STORE.id);
  });

  it('sends nothing where nothing was touched, whatever the parameters are', async () => {
    const values = [
      '[64, 32]',
      'age,income',
      '"age,income"',
      '1234567890123457',
      '1.10',
      '-1e-05',
      '',
      ' ',
      'None',
      '{"a": "b, c"}',
      '\u22121e\u22125',
      '"two\\nlines"',
      'uniform(0, 1)',
      "''"
    ];
    const had = values.map((source, index) => ({
      ...parameters[0],
      name: `p${index}`,
      source
    }));
    const run = { run_id: 'R', name: 'fox', store: 'OTHER' };
    const model = await open(
      { notebook: 'train.ipynb', run },
      { parameters: () => Promise.resolve(had) }
    );
    expect(had.map(parameter => model.text(parameter))).toEqual(values);
    expect([model.ready, model.count]).toEqual([true, 1]);
    await model.start();
    expect(api.rerun).toHaveBeenLastCalledWith('OTHER', { run: 'R', edits: {}, workers: 1 });
  });

  it('draws sets where there is a range, and tells how many runs in what time it makes', async () => {
    const model = await open();
    model.setText('lr', 'loguniform(1e-4, 1e-1)');
    model.setText('depth', '2, 4');
    model.setWorkers(2);
    await understood(model);
    expect([model.count, model.seconds]).toEqual([20, 10 * 4]);
    model.setSamples(60);
    expect(model.request).toMatchObject({
      edits: { lr: 'loguniform(1e-4, 1e-1)', depth: '2, 4' },
      samples: 60
    });
    model.setText('lr', '0.1, 0.2');
    model.setSamples(null);
    await understood(model);
    expect(model.count).toBe(4);
    expect(model.request.samples).toBeUndefined();
  });

  it('knows of a range that was typed just before it is sent', async () => {
    const model = await open();
    model.setText('lr', 'uniform(0, 1)');
    await model.start();
    expect(api.rerun.mock.lastCall?.[1]).toMatchObject({
      edits: { lr: 'uniform(0, 1)' },
      samples: 20
    });
  });

  it('is not ready while a text is known to be wrong', async () => {
    const model = await open();
    model.setText('depth', '16, abc');
    await understood(model);
    expect(model.understood(parameters[1])?.problem).toBe("depth is 'abc'");
    expect(model.ready).toBe(false);
    model.setText('depth', '16');
    await understood(model);
    expect(model.ready).toBe(true);
  });

  it('says what the server refuses, and keeps what was typed', async () => {
    const refusal = new ApiError('no parameter x', 'parameter', 400);
    const model = await open(undefined, { rerun: () => Promise.reject(refusal) });
    model.setText('lr', '0.5');
    expect(await model.start()).toBeNull();
    expect(model.problem).toBe(refusal);
    expect(model.edits).toEqual({ lr: '0.5' });
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
