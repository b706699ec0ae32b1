/** What people type into a form for a parameter: `0.1`, `0.1, 0.01`, `loguniform(1e-4, 1e-1)`. */

/** One value, several to be tried one by one, or a range to draw from. */
export type Choice =
  | { kind: 'values'; values: unknown[] }
  | { kind: 'range'; distribution: string; numbers: number[]; text: string }
  | { kind: 'problem'; problem: 'numbers' | 'two' | 'order' | 'positive'; distribution: string };

const CALL = /^([A-Za-z_]\w*)\((.*)\)$/s;
/** These take two numbers, a lower and a higher; others are scipy.stats' and checked by the server. */
const BETWEEN = new Set(['uniform', 'loguniform', 'randint']);

export function parseChoice(text: string): Choice {
  const call = CALL.exec(text.trim());
  if (call === null) {
    return { kind: 'values', values: parseValues(text) };
  }
  const [, distribution = '', rest = ''] = call;
  const numbers = parseValues(rest);
  if (!numbers.every(number => typeof number === 'number') || numbers.length === 0) {
    return { kind: 'problem', problem: 'numbers', distribution };
  }
  const [low = 0, high = 0] = numbers;
  if (BETWEEN.has(distribution)) {
    if (numbers.length !== 2) {
      return { kind: 'problem', problem: 'two', distribution };
    }
    if (low >= high) {
      return { kind: 'problem', problem: 'order', distribution };
    }
    if (distribution === 'loguniform' && low <= 0) {
      return { kind: 'problem', problem: 'positive', distribution };
    }
  }
  return { kind: 'range', distribution, numbers, text: `${distribution}(${numbers.join(', ')})` };
}

/** The values that a text lists; commas inside brackets and quotes belong to a value. */
export function parseValues(text: string): unknown[] {
  return split(text).map(parseValue);
}

/** One value, by the rules of the notebook's own language where it looks like them; else a text. */
export function parseValue(text: string): unknown {
  const trimmed = text.trim();
  const words: Record<string, unknown> = { True: true, False: false, None: null };
  if (Object.hasOwn(words, trimmed)) {
    return words[trimmed];
  }
  if (/^[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) {
    return Number(trimmed.replace(/_/g, ''));
  }
  const quoted = /^'([^']*)'$|^"([^"]*)"$/.exec(trimmed);
  if (quoted !== null) {
    return quoted[1] ?? quoted[2] ?? '';
  }
  if (/^[[{]/.test(trimmed)) {
    return fromBrackets(trimmed);
  }
  return trimmed;
}

function fromBrackets(text: string): unknown {
  if (text.startsWith('[') && text.endsWith(']')) {
    return split(text.slice(1, -1)).map(parseValue);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function split(text: string): string[] {
  const parts: string[] = [];
  let [depth, quote, part] = [0, '', ''];
  for (const character of text) {
    if (quote !== '') {
      quote = character === quote ? '' : quote;
    } else if (character === "'" || character === '"') {
      quote = character;
    } else if ('[{('.includes(character)) {
      depth += 1;
    } else if (']})'.includes(character)) {
      depth -= 1;
    } else if (character === ',' && depth === 0) {
      parts.push(part);
      part = '';
      continue;
    }
    part += character;
  }
  return [...parts, part].map(one => one.trim()).filter(one => one !== '');
}
