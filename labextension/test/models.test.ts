import { describe, expect, it, vi } from 'vitest';
import { CompareModel } from '../src/features/compare/model';
import { CurvesModel } from '../src/core/curves';
import { Coalescer } from '../src/core/model';
import { PromotionModel } from '../src/features/promote/model';
import { SelectionModel } from '../src/core/selection';
import { StoresModel } from '../src/core/stores';
import { ApiError } from '../src/core/request';
import type { IModel, IModelVersion, IPromotion, IStoreList } from '../src/core/tokens';
import { comparison, deferred, run, STORE } from './examples';

it('runs a task once more if it was asked for while it ran, however often', async () => {
  const gates = [deferred<undefined>(), deferred<undefined>()];
  const task = vi.fn(
    () => gates[task.mock.calls.length - 1]?.promise ?? Promise.resolve(undefined)
  );
  const coalescer = new Coalescer(task);
  const done = coalescer.run();
  void coalescer.run();
  void coalescer.run();
  gates.forEach(gate => gate.resolve(undefined));
  await done;
  expect(task).toHaveBeenCalledTimes(2);
});

it.each([0, 1, 2, 3, 4, 5])(
  'runs a task once more if it was asked for %i turns after its last step',
  async turns => {
    const gate = deferred<undefined>();
    const task = vi.fn(async () => {
      await gate.promise;
    });
    const coalescer = new Coalescer(task);
    void coalescer.run();
    gate.resolve(undefined);
    for (let turn = 0; turn < turns; turn += 1) {
      await Promise.resolve(); // whoever started it doesn't hear at once that it has ended
    }
    await coalescer.run();
    expect(task).toHaveBeenCalledTimes(2);
  }
);

it('runs a task again that has failed', async () => {
  const task = vi.fn(() => Promise.reject(new Error('no')));
  const coalescer = new Coalescer(task);
  await expect(coalescer.run()).rejects.toThrow('no');
  await expect(coalescer.run()).rejects.toThrow('no');
  expect(task).toHaveBeenCalledTimes(2);
});

describe('SelectionModel', () => {
  it('is about the picked runs, or about the line in hand if it is not one of them', () => {
    const selection = new SelectionModel();
    const [a, b, c] = [run(), run(), run()];
    selection.add([a, b]);
    expect(selection.inHand()).toEqual([a.run_id, b.run_id]);
    selection.activate(`r:${c.run_id}`);
    expect(selection.inHand()).toEqual([c.run_id]);
    selection.activate(`r:${a.run_id}`);
    expect(selection.inHand()).toEqual([a.run_id, b.run_id]);
  });
});

describe('CurvesModel', () => {
  it('asks for a curve once and keeps it', async () => {
    const histories = vi.fn(() =>
      Promise.resolve([
        { metric: 'loss', steps: [0, 1], times: [0, 1], values: [1, 'NaN' as const] }
      ])
    );
    const curves = new CurvesModel({ histories });
    const row = run();
    expect(curves.get(null, row, 'loss', 10)).toBeNull();
    await new Promise(resolve => curves.changed.connect(resolve));
    expect(curves.get(null, row, 'loss', 10)).toEqual({
      steps: [0, 1],
      times: [0, 1],
      values: [1, NaN]
    });
    expect(histories).toHaveBeenCalledTimes(1);
    curves.forget([row.run_id]);
    curves.get(null, row, 'loss', 10);
    await Promise.resolve();
    expect(histories).toHaveBeenCalledTimes(2);
  });

  it('asks in one breath for the curves that come into view together', async () => {
    const histories = vi.fn((_: string | null, runIds: readonly string[]) =>
      Promise.resolve(
        runIds.map((_, index) =>
          index === 1 ? null : { metric: 'loss', steps: [0], times: [0], values: [index] }
        )
      )
    );
    const curves = new CurvesModel({ histories });
    const rows = [run(), run(), run()];
    rows.forEach(row => curves.get(null, row, 'loss', 10));
    curves.get(null, run(), 'accuracy', 10);
    await new Promise(resolve => curves.changed.connect(resolve));
    expect(histories.mock.calls.map(([, runIds]) => runIds.length).sort()).toEqual([1, 3]);
    expect(rows.map(row => curves.peek(null, row, 'loss', 10)?.values[0])).toEqual([
      0,
      undefined,
      2
    ]);
  });
});

describe('StoresModel', () => {
  const listing = (id: string): IStoreList => ({
    stores: [{ ...STORE, id, current: true }],
    elsewhere: null
  });

  it('looks again where a store that it shows is missed', async () => {
    const answers = [listing('A'), listing('B')];
    const stores = new StoresModel({
      stores: () => Promise.resolve(answers.shift() ?? listing('C'))
    });
    await stores.follow(null);
    await stores.missed('another');
    expect(stores.current).toBe('A');
    await stores.missed('A');
    expect(stores.current).toBe('B');
  });

  it('follows the notebook in front until a store is chosen', async () => {
    const list = [
      { ...STORE, current: false },
      { ...STORE, id: 'OTHER', current: true }
    ];
    const stores = new StoresModel({
      stores: () => Promise.resolve({ stores: list, elsewhere: null })
    });
    await stores.follow('a.ipynb');
    expect(stores.current).toBe('OTHER');
    stores.choose(STORE.id);
    await stores.follow('b.ipynb');
    expect(stores.current).toBe(STORE.id);
  });

  it('takes the last answer for true, whatever order they come in', async () => {
    const first = deferred<IStoreList>();
    const answers = [first.promise, Promise.resolve(listing('B'))];
    const stores = new StoresModel({
      stores: () => answers.shift() ?? Promise.reject(new Error('asked too often'))
    });
    const early = stores.follow('a.ipynb');
    await stores.follow('b.ipynb');
    first.resolve(listing('A'));
    await early;
    expect(stores.current).toBe('B');
  });

  it('says where a notebook logs that may not be opened', async () => {
    const elsewhere = 'this notebook logs to /elsewhere, which this server may not open';
    const list = [{ ...STORE, current: false }];
    const stores = new StoresModel({ stores: () => Promise.resolve({ stores: list, elsewhere }) });
    await stores.follow('a.ipynb');
    expect(stores.elsewhere).toBe(elsewhere);
    stores.choose(STORE.id);
    expect(stores.elsewhere).toBeNull();
  });
});

it('compares with the run that is pinned', async () => {
  const compare = vi.fn((_: string | null, runs: readonly string[]) =>
    Promise.resolve(comparison({ runs: runs.map(run_id => run({ run_id })) }))
  );
  const api = {
    compare,
    run: () => Promise.reject(new Error('not looked at')),
    text: () => Promise.resolve('')
  };
  const model = new CompareModel(api, null, ['A', 'B', 'C']);
  await model.pin('C');
  expect(model.comparison?.runs.map(row => row.run_id)).toEqual(['C', 'A', 'B']);
  await model.move('C', 1);
  expect(model.runIds).toEqual(['A', 'C', 'B']);
  await model.pin('C');
  await model.drop('A');
  expect(model.runIds).toEqual(['C', 'B']);
});

describe('PromotionModel', () => {
  const row = { ...run({ experiment: 'churn' }), models: [] };
  const version = (number: number, run_id: string): IModelVersion => ({
    version: number,
    run_id,
    run_name: null,
    sha256: '',
    format: 'skops',
    signature: null,
    created_at: row.started_at,
    created_by: null,
    origin: null,
    aliases: []
  });
  const promotion = (decision: IPromotion['decision']): IPromotion => ({
    promotion_id: 'P',
    model: 'churn',
    alias: 'champion',
    from_version: 1,
    to_version: 2,
    decision,
    gates: [{ name: 'clean_git', passed: decision === 'promoted', message: '' }],
    gates_sha256: null,
    note: '',
    user: null,
    time: null,
    origin: null,
    prev_hash: '',
    hash: ''
  });
  const registry = (versions: IModelVersion[]): IModel => ({
    model: 'churn',
    versions,
    aliases: { champion: 1 },
    promotions: []
  });

  it('tries the gates before anything moves, then moves the alias from the holder it saw', async () => {
    const promote = vi.fn(() => Promise.resolve(promotion('promoted')));
    const api = {
      models: () => Promise.resolve([registry([version(2, row.run_id), version(1, 'OLD')])]),
      register: () => Promise.reject(new Error('has a version')),
      promote
    };
    const model = new PromotionModel(api, null, row);
    await model.open();
    expect(promote).toHaveBeenLastCalledWith(null, expect.objectContaining({ dry_run: true }));
    expect(model.ready).toBe(true);
    model.note = 'better';
    await model.promote();
    expect(promote).toHaveBeenLastCalledWith(
      null,
      expect.objectContaining({ version: 2, expected: 1, note: 'better' })
    );
    expect(model.done?.decision).toBe('promoted');
  });

  it('is not ready while a gate refuses, and keeps what the gates say', async () => {
    const refused = new ApiError('a gate refused', 'gate_failed', 409, null, {
      promotion: promotion('refused')
    });
    const model = new PromotionModel(
      {
        models: () => Promise.resolve([registry([version(2, row.run_id)])]),
        register: () => Promise.reject(new Error('has a version')),
        promote: () => Promise.reject(refused)
      },
      null,
      row
    );
    await model.open();
    expect(model.ready).toBe(false);
    expect(model.trial?.gates[0]?.passed).toBe(false);
  });

  it('promotes the model that a cell of the notebook kept', async () => {
    const file = { run_id: 'CELL', run_name: 'fit', name: 'clf' };
    const register = vi.fn(() => Promise.resolve(version(2, 'CELL')));
    const model = new PromotionModel(
      {
        models: () => Promise.resolve([registry([version(1, 'CELL')])]),
        register,
        promote: () => Promise.resolve(promotion('promoted'))
      },
      null,
      { ...row, models: [file] }
    );
    await model.open();
    expect(model.version?.version).toBe(1);
    await model.register();
    expect(register).toHaveBeenCalledWith(null, 'churn', 'CELL', 'clf');
  });

  it('gives a run a version first', async () => {
    const versions = [version(1, 'OLD')];
    const model = new PromotionModel(
      {
        models: () => Promise.resolve([registry([...versions])]),
        register: (_, __, runId) => {
          versions.unshift(version(2, runId));
          return Promise.resolve(version(2, runId));
        },
        promote: () => Promise.resolve(promotion('promoted'))
      },
      null,
      row
    );
    await model.open();
    expect(model.version).toBeNull();
    await model.register();
    expect(model.version?.version).toBe(2);
    expect(model.ready).toBe(true);
  });
});
