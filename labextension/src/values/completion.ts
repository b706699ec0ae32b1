/** What a query could go on with at the caret. */

export interface ICompletion {
  /** The word under the caret that a suggestion takes the place of. */
  from: number;
  to: number;
  options: string[];
}

export const COLUMNS = [
  'name',
  'experiment',
  'kind',
  'status',
  'started_at',
  'duration_s',
  'notebook',
  'user',
  'git_commit',
  'error',
  'note'
];
const MOST = 8;

export interface INames {
  params: Iterable<string>;
  metrics: Iterable<string>;
  tags: Iterable<string>;
}

/** All names that a query can use; those that aren't dotted identifiers are quoted. */
export function vocabulary(names: INames): string[] {
  const fields = (space: keyof INames): string[] =>
    [...names[space]].sort().map(name => `${space}.${quoted(name)}`);
  return [...fields('metrics'), ...fields('params'), ...fields('tags'), ...COLUMNS];
}

export function complete(
  text: string,
  caret: number,
  words: readonly string[]
): ICompletion | null {
  const before = text.slice(0, caret);
  const start = caret - (/[\w.]*$/.exec(before)?.[0].length ?? 0);
  const word = text.slice(start, caret).toLowerCase();
  const inString = (before.split("'").length - 1) % 2 === 1;
  if (word === '' || inString) {
    return null;
  }
  const options = words.filter(option => matches(option.toLowerCase(), word)).slice(0, MOST);
  const only = options.length === 1 && options[0]?.toLowerCase() === word;
  return options.length === 0 || only ? null : { from: start, to: caret, options };
}

export function apply(text: string, completion: ICompletion, option: string): string {
  return text.slice(0, completion.from) + option + text.slice(completion.to);
}

/** `acc` finds `metrics.accuracy` as well as `account`. */
function matches(option: string, word: string): boolean {
  return option.startsWith(word) || option.slice(option.indexOf('.') + 1).startsWith(word);
}

export function quoted(name: string): string {
  return /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`;
}
