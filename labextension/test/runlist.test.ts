import { beforeEach, describe, expect, it } from 'vitest';
import type { IRunsQuery } from '../src/core/api';
import { PAGE, RunListModel } from '../src/core/runlist';
import { StoresModel } from '../src/core/stores';
import { ApiError } from '../src/core/request';
import type { IRunPage, IRunRow } from '../src/core/tokens';
import { run, STORE } from './examples';

/** A store in memory, newest run first, that answers as the server does. */
class FakeStore {
  rows: IRunRow[] = [];
  removed: string[] = [];
  cursor = 1;
  asked: IRunsQuery[] = [];
  failure: ApiError | null = null;
  /** What happens once, after the next answer. */
  meanwhile: (() => void) | null = null;
  private readonly changedAt = new Map<string, number>();

  add(row: IRunRow): void {
    this.rows.unshift(row);
    this.touch(row);
  }

  replace(row: IRunRow): void {
    this.rows = this.rows.map(other => (other.run_id === row.run_id ? row : other));
    this.touch(row);
  }

  remove(row: IRunRow): void {
    this.rows = this.rows.filter(other => other !== row);
    this.removed.push(row.run_id);
    this.cursor += 1;
  }

  runs(_: string | null, query: IRunsQuery): Promise<IRunPage> {
    this.asked.push(query);
    if (this.failure !== null) {
      return Promise.reject(this.failure);
    }
    const { experiment } = query;
    const found = this.rows.filter(
      row =>
        (experiment === undefined || row.experiment === experiment) &&
        (query.since === undefined || (this.changedAt.get(row.run_id) ?? 0) > query.since)
    );
    const names = [...new Set(this.rows.map(row => row.experiment))];
    const { offset = 0, limit = 200 } = query;
    const answer = Promise.resolve({
      store: STORE,
      runs: found.slice(offset, offset + limit),
      total: found.length,
      cursor: this.cursor,
      stale: false,
      batches: [],
      removed: query.since === undefined ? [] : this.removed,
      groups: query.groups
        ? names.map(name => ({
            experiment: name,
            total: this.rows.filter(row => row.experiment === name).length
          }))
        : undefined
    });
    this.meanwhile?.();
    this.meanwhile = null;
    return answer;
  }

  private touch(row: IRunRow): void {
    this.cursor += 1;
    this.changedAt.set(row.run_id, this.cursor);
  }
}

let store: FakeStore;
let stores: StoresModel;
let model: RunListModel;

beforeEach(() => {
  store = new FakeStore();
  stores = new StoresModel({ stores: () => Promise.resolve({ stores: [], elsewhere: null }) });
  model = new RunListModel(store, stores);
});

const names = (): string[] => [...model.loaded()].map(row => row.name);

describe('RunListModel', () => {
  it('lists runs by experiment', async () => {
    store.add(run({ experiment: 'fraud' }));
    store.add(run({ experiment: 'churn' }));
    await model.refresh();
    expect(model.lines.length).toBe(4);
    expect(model.found).toBe(2);
  });

  it('keeps what it shows when the store that the server chose gets its name', async () => {
    store.add(run());
    await model.refresh();
    let fewest = model.lines.length;
    model.changed.connect(() => (fewest = Math.min(fewest, model.lines.length)));
    store.asked = [];
    stores.choose(STORE.id);
    await settled();
    expect(fewest).toBe(2);
    expect(store.asked.length).toBeGreaterThan(0);
    stores.choose('another');
    expect(model.lines.length).toBe(0);
  });

  it('loads a long experiment as it comes into view, a page at a time', async () => {
    for (let index = 0; index < 5 * PAGE; index += 1) {
      store.add(run());
    }
    await model.refresh();
    expect([...model.loaded()]).toHaveLength(PAGE);
    model.ensure(3 * PAGE + 10, 3 * PAGE + 20);
    await settled();
    expect([...model.loaded()]).toHaveLength(2 * PAGE);
    expect(model.lines.length).toBe(5 * PAGE + 1);
  });

  it('puts a changed run in place, asking for nothing but what changed', async () => {
    const row = run({ status: 'running' });
    store.add(row);
    await model.refresh();
    store.asked = [];
    store.replace({ ...row, status: 'finished' });
    await model.catchUp({ kind: 'runs', store: STORE.id, runs: [row.run_id] });
    expect(model.row(row.run_id)?.status).toBe('finished');
    expect(store.asked).toHaveLength(1);
    expect(store.asked[0]?.since).toBeDefined();
  });

  it('shows a new run after a hint', async () => {
    await model.refresh();
    const row = run();
    store.add(row);
    await model.catchUp({ kind: 'runs', store: STORE.id, runs: [row.run_id] });
    expect(names()).toEqual([row.name]);
  });

  it('shows a new run after a poll, when a hint was missed', async () => {
    await model.refresh();
    const row = run();
    store.add(row);
    await model.catchUp({ kind: 'poll' });
    expect(names()).toEqual([row.name]);
  });

  it('shows a run that came between the totals and the page', async () => {
    store.add(run());
    await model.refresh();
    const late = run();
    store.meanwhile = () => store.add(late);
    await model.refresh();
    expect(model.lines.length).toBe(3);
    expect(model.found).toBe(2);
    await model.catchUp({ kind: 'runs', store: STORE.id, runs: [late.run_id] });
    expect(model.lines.length).toBe(3);
    expect(names()[0]).toBe(late.name);
  });

  it('drops a run that went between the totals and the page', async () => {
    const gone = run();
    store.add(run());
    store.add(gone);
    await model.refresh();
    store.meanwhile = () => store.remove(gone);
    await model.refresh();
    expect(model.lines.length).toBe(2);
    expect(model.found).toBe(1);
  });

  it('drops a deleted run', async () => {
    const row = run();
    store.add(row);
    await model.refresh();
    store.remove(row);
    await model.catchUp({ kind: 'poll' });
    expect(names()).toEqual([]);
  });

  it('leaves hints about other stores alone', async () => {
    await model.refresh();
    store.asked = [];
    await model.catchUp({ kind: 'runs', store: 'OTHER', runs: ['RUN'] });
    expect(store.asked).toEqual([]);
  });

  it('keeps what was found while a query does not parse', async () => {
    store.add(run());
    await model.refresh();
    store.failure = new ApiError('a value is missing', 'query', 400);
    await model.setQuery('metrics.acc >');
    expect(model.queryError?.message).toBe('a value is missing');
    expect(names()).toHaveLength(1);
  });

  it('keeps what was seen while the server is away, and catches up', async () => {
    store.add(run());
    await model.refresh();
    store.failure = new ApiError('gone', 'offline', 0);
    await model.catchUp({ kind: 'poll' });
    expect(model.problem?.offline).toBe(true);
    expect(names()).toHaveLength(1);
    store.failure = null;
    store.add(run());
    await model.catchUp({ kind: 'poll' });
    expect(model.problem).toBeNull();
    expect(names()).toHaveLength(2);
  });

  it('folds an experiment without forgetting its runs', async () => {
    store.add(run());
    await model.refresh();
    model.toggleGroup('churn');
    expect(model.lines.length).toBe(1);
    model.toggleGroup('churn');
    expect(model.lines.length).toBe(2);
  });
});

/** Lets answers that are on their way arrive. */
function settled(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
