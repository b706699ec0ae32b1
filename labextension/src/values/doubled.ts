/**
 * What is said twice.
 *
 * A notebook's run tells what its cells found under their names (`forest.accuracy`) and under the bare name
 * (`accuracy`) too, and a parameter goes into an estimator's (`SVC.C` beside `C`). Where the values are the
 * same in every run that is shown, the longer name adds nothing.
 */

export interface INamedValues {
  name: string;
  values: readonly unknown[];
}

/** The rows, without those that repeat another under a longer name, and these. */
export function apart<T extends INamedValues>(rows: readonly T[]): { told: T[]; doubled: T[] } {
  const byName = new Map(rows.map(row => [row.name, row]));
  const told: T[] = [];
  const doubled: T[] = [];
  for (const row of rows) {
    (repeats(row, byName) ? doubled : told).push(row);
  }
  return { told, doubled };
}

function repeats(row: INamedValues, byName: ReadonlyMap<string, INamedValues>): boolean {
  // A name such as `score(y, p.mean())` is an expression: its dots separate nothing.
  if (!/^[\w.]+$/.test(row.name)) {
    return false;
  }
  for (let dot = row.name.indexOf('.'); dot >= 0; dot = row.name.indexOf('.', dot + 1)) {
    const shorter = byName.get(row.name.slice(dot + 1));
    if (shorter?.values.every((value, index) => Object.is(value, row.values[index]))) {
      return true;
    }
  }
  return false;
}
