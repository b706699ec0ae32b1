/** Answers that cross: what happens while one is under way, and one that arrives after a newer one. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { IRunsQuery } from '../src/core/api';
import { BatchModel } from '../src/features/batch/model';
import { CompareModel } from '../src/features/compare/model';
import { CurvesModel } from '../src/core/curves';
import { PromotionModel } from '../src/features/promote/model';
import { RunModel } from '../src/features/run/model';
import { RunListModel } from '../src/core/runlist';
import { PAGE, RunTableModel } from '../src/features/runs/model';
import { StoresModel } from '../src/core/stores';
import { ApiError } from '../src/core/request';
import type {
  IBatch,
  ICell,
  IHistory,
  IModel,
  IPromotion,
  IRunPage,
  IRunRow
} from '../src/core/tokens';
import { comparison, detail, run, STORE } from './examples';

/** Answers when it is told to, with what was true when it was asked. */
class Slow<Q extends unknown[], A> {
  readonly asked: Q[] = [];
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly know: (...question: Q) => A) {}

  readonly ask = (...question: Q): Promise<A> => {
    this.asked.push(question);
    const known = ((): A | ApiError => {
      try {
        return this.know(...question);
      } catch (reason) {
        return reason as ApiError;
      }
    })();
    return new Promise((resolve, reject) => {
      this.waiting.push(() => (known instanceof ApiError ? reject(known) : resolve(known)));
    });
  };

  /** Give the n-th of the open questions its answer, and let it sink in. */
  async reply(place = 0): Promise<void> {
    this.waiting.splice(place, 1)[0]?.();
    await new Promise(done => setTimeout(done));
  }

  async replyToAll(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.reply();
    }
  }
}

const settle = (): Promise<unknown> => new Promise(done => setTimeout(done));
const hint = (...runs: IRunRow[]) =>
  ({ kind: 'runs', store: STORE.id, runs: runs.map(row => row.run_id) }) as const;

/** What a server knows of the runs of one experiment, newest first. */
class Runs {
  rows: IRunRow[] = [];
  private readonly touched = new Map<string, number>();
  private fold = 1;

  put(row: IRunRow): void {
    const known = this.rows.some(({ run_id }) => run_id === row.run_id);
    this.rows = known
      ? this.rows.map(other => (other.run_id === row.run_id ? row : other))
      : [row, ...this.rows];
    this.fold += 1;
    this.touched.set(row.run_id, this.fold);
  }

  readonly page = (_: string | null, query: IRunsQuery): IRunPage => {
    const { since = 0, offset = 0, limit = 200 } = query;
    const found = this.rows.filter(row => (this.touched.get(row.run_id) ?? 0) > since);
    return {
      store: STORE,
      runs: found.slice(offset, offset + limit),
      total: found.length,
      cursor: this.fold,
      stale: false,
      batches: [],
      removed: [],
      groups: query.groups ? [{ experiment: 'churn', total: found.length }] : undefined
    };
  };
}

describe('the list of runs', () => {
  let known: Runs;
  let server: Slow<[string | null, IRunsQuery], IRunPage>;
  let stores: StoresModel;
  let model: RunListModel;

  beforeEach(() => {
    known = new Runs();
    server = new Slow(known.page);
    stores = new StoresModel({ stores: () => Promise.reject(new Error('not asked')) });
    model = new RunListModel({ runs: server.ask }, stores);
  });

  const shown = (): string[] => [...model.loaded()].map(({ status }) => status);

  it('knows that a run has ended, though a page from before arrives after that was told', async () => {
    const row = run({ status: 'running' });
    known.put(row);
    void model.refresh();
    await server.replyToAll();
    void model.refresh();
    await server.reply(); // the totals; the page is under way
    known.put({ ...row, status: 'finished' });
    void model.catchUp(hint(row));
    await server.reply(1);
    expect(shown()).toEqual(['finished']);
    await server.replyToAll();
    expect(shown()).toEqual(['finished']);
  });

  it('leaves out changes that were asked for before everything was', async () => {
    const row = run({ status: 'running' });
    known.put(row);
    void model.refresh();
    await server.replyToAll();
    known.put({ ...row, note: 'still running' });
    void model.catchUp(hint(row));
    known.put({ ...row, status: 'finished' });
    void model.setQuery('params.lr > 1');
    await server.reply(1);
    await server.reply(1);
    expect(shown()).toEqual(['finished']);
    await server.reply();
    expect(shown()).toEqual(['finished']);
  });

  it('asks for everything where more has changed than fits into one answer', async () => {
    const rows = Array.from({ length: 501 }, () => run({ status: 'running' }));
    rows.forEach(row => known.put(row));
    void model.refresh();
    await server.replyToAll();
    model.ensure(0, 501);
    await server.replyToAll();
    rows.forEach(row => known.put({ ...row, status: 'finished' }));
    void model.catchUp({ kind: 'poll' });
    await server.replyToAll();
    model.ensure(0, 501);
    await server.replyToAll();
    expect(new Set(shown())).toEqual(new Set(['finished']));
  });

  it('tells the view when an answer can’t be used, so that it asks again', async () => {
    Array.from({ length: PAGE }, () => run()).forEach(row => known.put(row));
    void model.refresh();
    await server.replyToAll();
    model.ensure(150, 199);
    void model.setQuery('params.lr > 1');
    await server.reply(1);
    await server.reply(1);
    model.changed.connect(() => model.ensure(150, 199));
    await server.reply();
    await server.replyToAll();
    expect(shown()).toHaveLength(PAGE);
  });

  it('asks no more for what a server that is away can’t give', async () => {
    Array.from({ length: PAGE }, () => run()).forEach(row => known.put(row));
    void model.refresh();
    await server.replyToAll();
    const before = server.asked.length;
    model.changed.connect(() => model.ensure(100, 199));
    const away = new Slow<[string | null, IRunsQuery], IRunPage>(() => {
      throw new ApiError('away', 'offline', 0);
    });
    Object.assign(model, { api: { runs: away.ask } });
    model.ensure(100, 199);
    for (let turn = 0; turn < 5; turn += 1) {
      await away.reply();
    }
    expect(away.asked).toHaveLength(1);
    expect(server.asked).toHaveLength(before);
  });
});

describe('the table of runs', () => {
  let known: Runs;
  let server: Slow<[string | null, IRunsQuery], IRunPage>;
  let columns: number;
  let model: RunTableModel;

  beforeEach(() => {
    known = new Runs();
    server = new Slow(known.page);
    columns = 0;
    const api = {
      runs: server.ask,
      columns: () => {
        columns += 1;
        return Promise.resolve([]);
      }
    };
    model = new RunTableModel(api, 'STORE');
  });

  it('shows a run that began while the runs were under way', async () => {
    known.put(run());
    void model.refresh();
    const late = run();
    known.put(late);
    void model.catchUp(hint(late));
    await server.replyToAll();
    expect(model.total).toBe(2);
    expect(model.at(0)?.row).toBe(late);
  });

  it('asks for nothing when another store has changed', async () => {
    known.put(run({ status: 'running' }));
    void model.refresh();
    await server.replyToAll();
    const { length } = server.asked;
    void model.catchUp({ kind: 'runs', store: 'ANOTHER', runs: ['R'] });
    await server.replyToAll();
    expect(server.asked).toHaveLength(length);
  });

  it('gets its columns although it was sorted before they were here', async () => {
    void model.refresh();
    const field = { key: 'run.name', group: 'run', name: 'name', field: 'name' } as never;
    void model.sortBy(field);
    await server.replyToAll();
    expect(columns).toBe(2);
    expect(model.columns.length).toBeGreaterThan(0);
  });

  it('exports each run once, though one came between two pages', async () => {
    Array.from({ length: 5_001 }, () => run()).forEach(row => known.put(row));
    const exported = model.all();
    known.put(run());
    await server.replyToAll();
    const ids = (await exported).map(row => row.run_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(5_001);
  });

  it('exports all that are left when one went between two pages', async () => {
    Array.from({ length: 5_001 }, () => run()).forEach(row => known.put(row));
    const exported = model.all();
    known.rows = known.rows.slice(1);
    await server.replyToAll();
    expect(await exported).toEqual(known.rows);
  });
});

it('a run’s cells are asked for once it is known that it has ended', async () => {
  let status: 'running' | 'finished' = 'running';
  const nothing = (): Promise<never> => Promise.reject(new Error('not asked'));
  const api = {
    run: async () => {
      await settle();
      status = 'finished';
      return detail({ status });
    },
    cells: () => Promise.resolve([{ status } as ICell]),
    edit: nothing,
    models: nothing
  };
  const model = new RunModel(api, null, 'RUN');
  await model.refresh();
  expect(model.detail?.status).toBe('finished');
  expect(model.cells?.[0]?.status).toBe('finished');
});

it('a compared run is looked at again once it has ended', async () => {
  const rows = [run({ status: 'running' }), run()];
  const api = {
    compare: () => Promise.resolve(comparison({ runs: [...rows] })),
    run: (_: string | null, runId: string) =>
      Promise.resolve(detail(rows.find(row => row.run_id === runId))),
    text: () => Promise.resolve('')
  };
  const model = new CompareModel(
    api,
    null,
    rows.map(row => row.run_id)
  );
  model.look();
  await model.refresh();
  expect(model.details?.[0]?.status).toBe('running');
  rows.splice(0, 1, run({ ...rows[0], status: 'finished' }));
  await model.refresh();
  expect(model.details?.[0]?.status).toBe('finished');
});

it('runs in full are asked for when the curves are drawn', async () => {
  const rows = [run(), run()];
  const histories = new Slow(() => [null, null] as unknown as IHistory[]);
  const curves = new CurvesModel({ histories: histories.ask });
  const details = new Slow((_: string | null, runId: string) => detail({ run_id: runId }));
  const model = new CompareModel(
    {
      compare: () => Promise.resolve(comparison({ runs: rows })),
      run: details.ask,
      text: () => Promise.resolve('')
    },
    null,
    rows.map(row => row.run_id),
    () => curves.idle()
  );
  model.changed.connect(() =>
    model.comparison?.runs.forEach(row => curves.get(null, row, 'loss', 10))
  );
  model.look();
  void model.refresh();
  await settle();
  await settle();
  expect([histories.asked.length, details.asked.length]).toEqual([1, 0]);
  await histories.reply();
  await settle();
  expect(details.asked).toHaveLength(2);
});

describe('curves', () => {
  let values: number[];
  let server: Slow<[], IHistory[]>;
  let curves: CurvesModel;
  const row = run();
  const look = async (): Promise<number[] | undefined> => {
    const found = curves.get(null, row, 'loss', 10);
    await settle();
    return found?.values;
  };

  beforeEach(() => {
    values = [1];
    const history = (): IHistory[] => [
      { metric: 'loss', steps: values.map((_, step) => step), times: values, values: [...values] }
    ];
    server = new Slow(history);
    curves = new CurvesModel({ histories: server.ask });
  });

  it('end with the newest answer, whichever comes last', async () => {
    await look();
    values = [1, 2];
    curves.forget([row.run_id]);
    await look();
    await server.reply(1);
    await server.replyToAll();
    expect(await look()).toEqual([1, 2]);
  });

  it('stay on the screen when they can’t be had anew', async () => {
    await look();
    await server.reply();
    curves.forget();
    Object.assign(curves, {
      api: { histories: () => Promise.reject(new ApiError('away', 'offline', 0)) }
    });
    await look();
    expect(await look()).toEqual([1]);
  });
});

it('a batch that ended before its first answer came is asked for again', async () => {
  let state = 'running';
  const server = new Slow(() => ({ state }) as IBatch);
  const model = new BatchModel(
    { batch: server.ask, cancel: () => Promise.reject(new Error('not asked')) },
    null,
    'BATCH'
  );
  void model.refresh();
  state = 'finished';
  void model.catchUp({ kind: 'runs', store: STORE.id, runs: [] });
  await server.replyToAll();
  expect(model.batch?.state).toBe('finished');
});

describe('stores', () => {
  it('an old refusal says nothing of the notebook in front', async () => {
    const server = new Slow((path: string | null | undefined) => {
      if (path === 'a.ipynb') {
        throw new ApiError('not here', 'not_found', 404);
      }
      return { stores: [{ ...STORE, current: true }], elsewhere: null };
    });
    const stores = new StoresModel({ stores: server.ask });
    void stores.follow('a.ipynb');
    void stores.follow('b.ipynb');
    await server.reply(1);
    await server.reply();
    expect(stores.problem).toBeNull();
    expect(stores.current).toBe(STORE.id);
  });

  it('are looked for again when the server is back', async () => {
    let away = true;
    const stores = new StoresModel({
      stores: () =>
        away
          ? Promise.reject(new ApiError('away', 'offline', 0))
          : Promise.resolve({ stores: [{ ...STORE, current: true }], elsewhere: null })
    });
    await stores.resume(); // nobody has looked yet
    expect(stores.current).toBeNull();
    await stores.follow('a.ipynb');
    away = false;
    await stores.resume();
    expect(stores.current).toBe(STORE.id);
  });
});

it('the gates that are shown are those of the model that is chosen', async () => {
  const models = [
    {
      model: 'churn',
      versions: [
        { version: 1, run_id: 'A' },
        { version: 2, run_id: 'B' }
      ],
      aliases: {},
      promotions: []
    }
  ] as unknown as IModel[];
  const server = new Slow((_: unknown, { version }: { version: number }) => ({
    ...({ decision: 'promoted' } as IPromotion),
    to_version: version
  }));
  const [first, second] = [
    { run_id: 'A', run_name: '', name: 'clf' },
    { run_id: 'B', run_name: '', name: 'clf' }
  ];
  const promotion = new PromotionModel(
    {
      models: () => Promise.resolve(models),
      register: () => Promise.reject(new Error('not asked')),
      promote: server.ask
    },
    null,
    { run_id: 'A', name: 'a', experiment: 'churn', models: [first, second] }
  );
  void promotion.open();
  await settle();
  void promotion.setFile(second);
  await server.reply(1);
  await server.reply();
  expect(promotion.trial?.to_version).toBe(2);
  expect(promotion.busy).toBe(false);
});
