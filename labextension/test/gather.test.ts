/** A clean notebook in the making. */

import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it, vi } from 'vitest';
import { GatherModel } from '../src/features/gather/model';
import { isInside, noticeOf } from '../src/features/gather/notice';
import { ApiError } from '../src/core/request';
import type { IGathering } from '../src/core/tokens';

const trans = nullTranslator.load('mlnb');
const run = { run_id: 'RUN', name: 'amber-fox-12' };

function row(parts: Partial<IGathering> = {}): IGathering {
  return {
    id: 'G',
    run_id: 'RUN',
    state: 'running',
    path: 'amber-fox-12.ipynb',
    lines: [],
    reproduced: null,
    kept: null,
    executed: null,
    causes: [],
    ...parts
  };
}

const done = row({ state: 'finished', reproduced: true, kept: 9, executed: 61 });

/** A model whose server answers so, one after the other. */
function making(...answers: (IGathering | Error)[]): { model: GatherModel; said: string[] } {
  const api = {
    gather: () => Promise.resolve(row()),
    gathering: () => {
      const next = answers.length > 1 ? answers.shift() : answers[0];
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? row());
    },
    stopGathering: vi.fn(() => Promise.resolve(null))
  };
  const model = new GatherModel(api, null, run, () => Promise.resolve());
  const said: string[] = [];
  model.changed.connect(() => said.push(noticeOf(model, trans).message));
  return { model, said };
}

describe('a clean notebook', () => {
  it('is followed until it is there, and each try is told', async () => {
    const { model, said } = making(row({ lines: ['12 cells: holds'] }), done);
    await model.make();
    expect(said).toEqual([
      'amber-fox-12: executing the cells that it depends on',
      'amber-fox-12: try 2. The one before: 12 cells: holds',
      'amber-fox-12 is reproduced: 9 of 61 executed cells'
    ]);
    expect(noticeOf(model, trans).type).toBe('success');
  });

  it('says why it is not reproduced', async () => {
    const causes = ['metrics diverged: score', 'cell 2 used the clock'];
    const { model } = making(row({ state: 'finished', reproduced: false, causes }));
    await model.make();
    expect(noticeOf(model, trans)).toEqual({
      type: 'warning',
      message: 'amber-fox-12 is not reproduced: metrics diverged: score'
    });
  });

  it('says why there is none', async () => {
    const { model } = making(row({ state: 'failed', lines: ['mlnb: no kernel named R'] }));
    await model.make();
    expect(noticeOf(model, trans)).toEqual({
      type: 'error',
      message: 'amber-fox-12: mlnb: no kernel named R'
    });
  });

  it('outlives an answer that did not come, not a server that forgot it', async () => {
    const lost = new ApiError('no gathering', 'not_found', 404, null);
    const short = making(lost, done);
    await short.model.make();
    expect(short.model.now?.reproduced).toBe(true);
    const long = making(lost);
    await long.model.make();
    expect(long.said.at(-1)).toBe('amber-fox-12: no gathering');
  });

  it('is asked once to take the best so far', async () => {
    const { model, said } = making(row(), row(), done);
    const making_ = model.make();
    await Promise.resolve();
    await Promise.all([model.stop(), model.stop()]);
    await making_;
    expect(said).toContain('amber-fox-12: writing the best notebook so far');
  });

  it('opens where the file browser knows its path', () => {
    expect(['a/b.ipynb', '/tmp/b.ipynb', 'C:\\b.ipynb'].map(isInside)).toEqual([
      true,
      false,
      false
    ]);
  });
});
