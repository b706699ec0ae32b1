import type { IRunRow } from '../core/tokens';

/** The oldest is what the others came after, so it is the baseline. */
export function oldestFirst(rows: readonly IRunRow[]): string[] {
  return [...rows].sort((a, b) => a.started_at.localeCompare(b.started_at)).map(row => row.run_id);
}
