/**
 * Prints the types of what the server takes and gives, made from openapi.json: `npm run schema`.
 *
 * That description comes from the functions that answer: `python -m mlnb.server.openapi > openapi.json`. The
 * tests of both sides say where one of the two files has been left behind.
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const path = name => fileURLToPath(new URL(name, import.meta.url));

const target = path('src/core/schema.ts');
const tree = await openapiTS(JSON.parse(await readFile(path('openapi.json'), 'utf8')), {
  emptyObjectsUnknown: true,
  defaultNonNullable: false
});
const source = `/** Made from openapi.json by schema.mjs. */\n\n${astToString(tree)}`;
process.stdout.write(await format(source, { ...(await resolveConfig(target)), filepath: target }));
