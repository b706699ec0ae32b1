/** Which metric speaks for a run, and whether a change in it is a good one. */

import { toNumber } from './format';
import type { IRunRow } from '../core/tokens';

export type Judgement = 'better' | 'worse' | 'same' | 'unknown';

export interface IMetricValue {
  name: string;
  value: number;
}

/** Words of a name: `val_logLoss(y, p)` → val, log, loss, y, p. */
function words(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '');
}

const LOWER = new Set(
  (
    'loss error err mse rmse mae mape msle rmsle logloss nll deviance perplexity ppl distance wer cer ' +
    'brier time seconds latency duration regret cost penalty inertia crossentropy entropy ' +
    'losses errors costs penalties'
  ).split(' ')
);
const HIGHER = new Set(
  (
    'accuracy acc auc f1 f2 fbeta precision recall score r2 ap map ndcg mrr bleu rouge iou dice kappa ' +
    'mcc sensitivity specificity silhouette reward likelihood gain lift hit accuracies scores rewards'
  ).split(' ')
);
const GOOD_KEYS = ['accuracy', 'acc', 'auc', 'f1', 'r2', 'score', 'loss', 'rmse', 'mae', 'mse'];
const HELD_OUT = new Set(['test', 'val', 'valid', 'validation', 'holdout', 'cv', 'oof']);

/** Functions whose words say another thing than they mean, or nothing. */
const KNOWN: readonly (readonly [RegExp, -1 | 1])[] = [
  [/\bdavies bouldin\b/, -1],
  [/\bd2\b/, 1],
  [/\bexplained variance\b/, 1],
  [/\bcalinski harabasz\b/, 1],
  [/\bfowlkes mallows\b/, 1],
  [/\b(adjusted |normalized )?mutual info\b/, 1],
  [/\b(adjusted )?rand (score|index)\b/, 1],
  [/\bv measure\b/, 1],
  [/\b(homogeneity|completeness)\b/, 1],
  [/\bjaccard\b/, 1],
  [/\bmatthews\b/, 1],
  [/\bdcg\b/, 1],
  [/\bbrier skill\b/, 1],
  [/\bfalse (positive|negative) rate\b|\b(fpr|fnr)\b/, -1],
  [/\btrue (positive|negative) rate\b|\b(tpr|tnr)\b/, 1]
];

/** 1: higher is better; −1: lower; 0: the name doesn't say. Known functions are asked first, then the name's words. */
export function direction(name: string): -1 | 0 | 1 {
  const found = words(name);
  if (found[0] === 'neg' || found[0] === 'negative') {
    return 1;
  }
  const said = found.join(' ');
  const known = KNOWN.find(([pattern]) => pattern.test(said));
  if (known !== undefined) {
    return known[1];
  }
  if (found.some(word => LOWER.has(word))) {
    return -1;
  }
  return found.some(word => HIGHER.has(word)) ? 1 : 0;
}

export function judge(name: string, value: number, previous: number): Judgement {
  if (value === previous || (Number.isNaN(value) && Number.isNaN(previous))) {
    return 'same';
  }
  const sign = Math.sign(value - previous) * direction(name);
  if (Number.isNaN(sign) || sign === 0) {
    return 'unknown';
  }
  return sign > 0 ? 'better' : 'worse';
}

/** The place of the best among numbers of one metric; null where there is none, or they all are alike. */
export function best(name: string, values: readonly (number | null)[]): number | null {
  const sign = direction(name);
  if (sign === 0 || new Set(values.filter(value => value !== null)).size < 2) {
    return null;
  }
  let place: number | null = null;
  values.forEach((value, index) => {
    if (value === null || Number.isNaN(value)) {
      return;
    }
    const leader = place === null ? null : values[place];
    if (leader === null || leader === undefined || sign * (value - leader) > 0) {
      place = index;
    }
  });
  return place;
}

/** The metric that stands for a run in a list: a preferred one, else one that scores a model. */
export function keyMetric(row: IRunRow, preferred: readonly string[] = []): IMetricValue | null {
  const names = Object.keys(row.metrics).filter(name => toNumber(row.metrics[name]) !== null);
  if (names.length === 0) {
    return null;
  }
  const name =
    preferred.find(candidate => names.includes(candidate)) ??
    names.reduce((winner, candidate) => (rank(candidate) < rank(winner) ? candidate : winner));
  const value = toNumber(row.metrics[name]);
  return value === null ? null : { name, value };
}

/** Lower comes first: known scores in their order, held-out data before training data. */
function rank(name: string): number {
  const found = words(name);
  const place = GOOD_KEYS.findIndex(key => found.includes(key));
  const known = place >= 0 ? place : direction(name) !== 0 ? GOOD_KEYS.length : 50;
  const heldOut = found.some(word => HELD_OUT.has(word)) ? -0.5 : 0;
  const training = found.includes('train') || found.includes('training') ? 20 : 0;
  return known + heldOut + training;
}

/** The finished run before this one, of the same cell; rows are newest first. */
export function previousAmong(rows: Iterable<IRunRow | undefined>, row: IRunRow): IRunRow | null {
  for (const other of rows) {
    if (
      other?.status === 'finished' &&
      other.started_at < row.started_at &&
      sameOrigin(other, row)
    ) {
      return other;
    }
  }
  return null;
}

function sameOrigin(a: IRunRow, b: IRunRow): boolean {
  if (a.cell_id !== null && b.cell_id !== null) {
    return a.cell_id === b.cell_id && a.notebook === b.notebook;
  }
  return a.experiment === b.experiment && a.kind === b.kind;
}
