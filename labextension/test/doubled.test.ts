import { expect, it } from 'vitest';
import { apart } from '../src/values/doubled';

const names = (rows: readonly { name: string }[]): string[] => rows.map(row => row.name);

it('takes a longer name with the same values for the same thing', () => {
  const { told, doubled } = apart([
    { name: 'accuracy', values: [0.9, 0.8] },
    { name: 'forest.accuracy', values: [0.9, 0.8] },
    { name: 'forest.SVC.C', values: [1, 2] },
    { name: 'C', values: [1, 2] }
  ]);
  expect(names(told)).toEqual(['accuracy', 'C']);
  expect(names(doubled)).toEqual(['forest.accuracy', 'forest.SVC.C']);
});

it('keeps names whose values differ somewhere, and those that only end alike', () => {
  const rows = [
    { name: 'accuracy', values: [0.9, 0.8] },
    { name: 'cell1.accuracy', values: [0.9, 0.7] },
    { name: 'val_accuracy', values: [0.9, 0.8] },
    { name: 'mean(p.accuracy)', values: [0.9, 0.8] }
  ];
  expect(apart(rows).doubled).toEqual([]);
});
