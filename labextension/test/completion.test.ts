import { expect, it } from 'vitest';
import { apply, complete, vocabulary } from '../src/values/completion';

const words = vocabulary({
  metrics: ['accuracy', 'score(y, p)'],
  params: ['lr'],
  tags: ['team']
});

it('quotes the names that a query could not read', () => {
  expect(words).toContain('metrics."score(y, p)"');
  expect(words).toContain('params.lr');
});

it('finds a metric by its own name', () => {
  expect(complete('acc', 3, words)?.options).toEqual(['metrics.accuracy']);
});

it('completes the word at the caret, in the middle of a query', () => {
  const text = 'metrics.accuracy > .9 and l < 3';
  const found = complete(text, 27, words);
  expect(found?.options).toEqual(['params.lr']);
  expect(found && apply(text, found, 'params.lr')).toBe('metrics.accuracy > .9 and params.lr < 3');
});

it('is silent after a space, inside quotes, and when the word is whole', () => {
  expect(complete('lr ', 3, words)).toBeNull();
  expect(complete("name = 'acc", 11, words)).toBeNull();
  expect(complete('params.lr', 9, words)).toBeNull();
});
