import { expect, it } from 'vitest';
import { labelOf, lineOf } from '../src/features/notebook/badges';
import { RUN_LINE_MIME } from '../src/core/tokens';
import { line } from './examples';

const cell = (...data: Record<string, unknown>[]): Parameters<typeof lineOf>[0] => ({
  model: { outputs: { length: data.length, get: (index: number) => ({ data: data[index] }) } }
});

it('takes the last run line of a cell’s outputs', () => {
  const [first, last] = [line({ run_id: 'A' }), line({ run_id: 'B' })];
  const found = lineOf(
    cell({ [RUN_LINE_MIME]: first }, { [RUN_LINE_MIME]: last }, { 'text/plain': 'x' })
  );
  expect(found?.run_id).toBe('B');
  expect(lineOf(cell({ 'text/plain': 'x' }))).toBeNull();
  expect(lineOf({ model: {} })).toBeNull();
});

it('says how it ended, its name and the metric that stands for it', () => {
  const metrics = [{ name: 'accuracy', value: 0.93412, previous: null }];
  expect(labelOf(line({ metrics }))).toBe('● amber-fox-12 accuracy 0.9341');
  expect(labelOf(line({ status: 'failed' }))).toBe('✕ amber-fox-12');
});
