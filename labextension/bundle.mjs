/**
 * Bundles lib/ into ../mlnb/labextension with JupyterLab's own builder.
 *
 * It runs under the Node that runs this: the build of the wheel may have no other, and no working npm.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = name => fileURLToPath(new URL(name, import.meta.url));

const { status } = spawnSync(
  process.execPath,
  [
    path('node_modules/@jupyter/builder/lib/build-labextension.js'),
    '--core-package-file',
    path('node_modules/@jupyterlab/core-meta/core.package.json'),
    ...process.argv.slice(2),
    path('.')
  ],
  { stdio: 'inherit' }
);
process.exit(status ?? 1);
