/** Values as people type them into a form: `0.1`, `True`, `[64, 32]`, and several with commas. */

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
