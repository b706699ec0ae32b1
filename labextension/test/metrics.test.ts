import { describe, expect, it } from 'vitest';
import { best, direction, judge, keyMetric, previousAmong } from '../src/values/metrics';
import { run } from './examples';

describe('direction', () => {
  it.each([
    'accuracy',
    'val_auc',
    'accuracy_score(y, p)',
    'r2',
    'val_accuracies',
    'neg_mean_squared_error',
    'd2_absolute_error_score',
    'd2_log_loss_score',
    'explained_variance_score(y, p)',
    'adjusted_rand_score',
    'calinski_harabasz_score'
  ])('higher is better for %s', name => expect(direction(name)).toBe(1));
  it.each([
    'loss',
    'valLogLoss',
    'test_rmse',
    'error',
    'trainLosses',
    'davies_bouldin_score',
    'fpr'
  ])('lower is better for %s', name => expect(direction(name)).toBe(-1));
  it('does not guess where the name says nothing', () => expect(direction('alpha')).toBe(0));
});

it('judges a change by what the metric means', () => {
  expect(judge('loss', 0.1, 0.2)).toBe('better');
  expect(judge('accuracy', 0.1, 0.2)).toBe('worse');
  expect(judge('alpha', 0.1, 0.2)).toBe('unknown');
  expect(judge('loss', NaN, NaN)).toBe('same');
});

describe('best', () => {
  it('finds the place of the best', () => {
    expect(best('accuracy', [0.8, null, 0.9, NaN])).toBe(2);
    expect(best('loss', [0.8, 0.2])).toBe(1);
  });
  it('singles nobody out where all are alike', () => expect(best('accuracy', [1, 1])).toBeNull());
});

describe('keyMetric', () => {
  it('takes a score over a loss, and held-out data over training data', () => {
    const metrics = { loss: 0.1, train_accuracy: 0.99, accuracy: 0.8, test_accuracy: 0.7 };
    expect(keyMetric(run({ metrics }))).toEqual({ name: 'test_accuracy', value: 0.7 });
  });
  it('takes the preferred metric that a run has', () => {
    const metrics = { accuracy: 0.8, lift: 3 };
    expect(keyMetric(run({ metrics }), ['roi', 'lift'])?.name).toBe('lift');
  });
  it('is null where nothing was measured', () => expect(keyMetric(run())).toBeNull());
});

describe('previousAmong', () => {
  const oldest = run();
  const other = run({ cell_id: 'c2' });
  const failed = run({ status: 'failed' });
  const newest = run();
  const rows = [newest, failed, undefined, other, oldest];

  it('finds the finished run before it of the same cell', () => {
    expect(previousAmong(rows, newest)).toBe(oldest);
  });
  it('is null for the first', () => expect(previousAmong(rows, oldest)).toBeNull());
});
