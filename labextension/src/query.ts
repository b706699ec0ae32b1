/** A query as a list of conditions that all must hold, which is how chips show it. */

/** The conditions joined by `and`; a query that is joined otherwise is one condition. */
export function conditions(where: string): string[] {
  const text = where.trim();
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  let between = false;
  for (const { 0: token, index } of text.matchAll(/'[^']*'?|"[^"]*"?|\(|\)|[^\s()'"]+/g)) {
    const word = token.toLowerCase();
    if (token === '(') {
      depth += 1;
    } else if (token === ')') {
      depth -= 1;
    } else if (depth === 0 && word === 'or') {
      return [text];
    } else if (depth === 0 && word === 'and') {
      found.push(text.slice(start, index).trim());
      start = index + token.length;
      between = true;
    }
  }
  const last = text.slice(start).trim();
  if (last !== '') {
    found.push(last);
  } else if (between) {
    return [text]; // still being typed
  }
  return found;
}

/** The query without one of its conditions. */
export function without(where: string, condition: string): string {
  return conditions(where)
    .filter(other => other !== condition)
    .join(' and ');
}

/** The query with one more condition. */
export function withCondition(where: string, condition: string): string {
  const known = conditions(where);
  if (known.includes(condition)) {
    return where;
  }
  const either = known.length === 1 && /\bor\b/i.test(where);
  return [...(either ? [`(${where.trim()})`] : known), condition].join(' and ');
}

/** A value as the query language writes it. */
export function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replace(/'/g, "''")}'` : String(value);
}
