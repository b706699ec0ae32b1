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
  return joined(conditions(where).filter(other => other !== condition));
}

/** The query with one more condition. */
export function withCondition(where: string, condition: string): string {
  const known = conditions(where);
  return known.includes(condition) ? where : joined([...known, condition]);
}

/** The query that asks for all of the conditions. */
export function joined(all: readonly string[]): string {
  const alone = all.length < 2;
  return all.map(one => (!alone && either(one) ? `(${one})` : one)).join(' and ');
}

/** Whether a condition offers a choice outside of brackets and texts. */
function either(condition: string): boolean {
  const bare = condition.replace(/'[^']*'|"[^"]*"/g, '');
  let inner = bare;
  do {
    inner = inner.replace(/\([^()]*\)/g, ' ');
  } while (/\([^()]*\)/.test(inner));
  return /\bor\b/i.test(inner);
}

/** A value as the query language writes it. */
export function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replace(/'/g, "''")}'` : String(value);
}

const EXPERIMENT = /^experiment = '((?:[^']|'')*)'$/;

/** The one experiment that the query is about; null where it names none. */
export function experimentOf(where: string): string | null {
  const named = conditions(where).map(condition => EXPERIMENT.exec(condition)?.[1]);
  return named.find(name => name !== undefined)?.replace(/''/g, "'") ?? null;
}

/** The query about another experiment, or about all. */
export function withExperiment(where: string, experiment: string | null): string {
  const rest = conditions(where).filter(condition => !EXPERIMENT.test(condition));
  return joined([...(experiment === null ? [] : [`experiment = ${literal(experiment)}`]), ...rest]);
}
