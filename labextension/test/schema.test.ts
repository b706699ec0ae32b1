import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it("are the types of the server's own description", () => {
  const made = execFileSync(process.execPath, ['schema.mjs'], { encoding: 'utf8' });
  expect(readFileSync('src/core/schema.ts', 'utf8')).toBe(made);
}, 60_000);
