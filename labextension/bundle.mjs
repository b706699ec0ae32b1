/**
 * Bundles lib/ into ../mlnb/labextension with JupyterLab's own builder, and the notebook views once more into
 * ../mlnb/widgets/static, as one module that any front end of anywidget loads.
 *
 * It runs under the Node that runs this: the build of the wheel may have no other, and no working npm.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';

const path = name => fileURLToPath(new URL(name, import.meta.url));
const STATIC = path('../mlnb/widgets/static');
const SHEETS = [
  'style/base.css',
  'src/ui/parts.css',
  'src/features/run/tabs.css',
  'src/features/notebook/runline.css',
  'src/ui/chart.css',
  'src/widgets/style.css'
];

/** One module with all that the views need; JupyterLab's icons have a stand-in. */
function bundleViews(mode) {
  const compiler = rspack({
    mode,
    devtool: false,
    target: ['web', 'es2020'],
    entry: path('lib/widgets/anywidget.js'),
    output: {
      path: STATIC,
      filename: 'views.js',
      clean: true,
      module: true,
      chunkFormat: 'module',
      library: { type: 'module' }
    },
    experiments: { outputModule: true },
    performance: { hints: false },
    resolve: { alias: { '@jupyterlab/ui-components': path('lib/widgets/standin.js') } }
  });
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error || stats.hasErrors()) {
        reject(error ?? new Error(stats.toString({ all: false, errors: true })));
        return;
      }
      const sheets = SHEETS.map(name => readFileSync(path(name), 'utf8'));
      writeFileSync(`${STATIC}/views.css`, sheets.join('\n'));
      resolve();
    });
  });
}

await bundleViews(process.argv.includes('--development') ? 'development' : 'production');
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
