/** Bundles lib/page into ../mlnb/server/page, the page at `<base_url>mlnb/`. It shares nothing with JupyterLab. */

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { WPPlugin } from '@jupyter/builder/lib/webpack-plugins.js';
import { rspack } from '@rspack/core';

const path = name => fileURLToPath(new URL(name, import.meta.url));
const mode = process.argv.includes('--development') ? 'development' : 'production';
const output = path('../mlnb/server/page');

await rm(output, { recursive: true, force: true });
const compiler = rspack({
  mode,
  context: path('.'),
  entry: { page: path('lib/page/index.js') },
  devtool: mode === 'development' ? 'source-map' : false,
  // The server adds a hash of the entry's content to its address.
  output: {
    path: output,
    filename: '[name].js',
    chunkFilename: '[name].[contenthash].js',
    publicPath: 'auto'
  },
  resolve: {
    alias: {
      '@jupyter/react-components': path('lib/page/elements.js'),
      '@jupyter/web-components': path('lib/page/elements.js')
    }
  },
  module: {
    rules: [
      { test: /\.css$/, use: ['style-loader', 'css-loader'], type: 'javascript/auto' },
      { test: /\.svg$/, issuer: /\.css$/, type: 'asset/inline' },
      { test: /\.svg$/, issuer: /\.js$/, type: 'asset/source' },
      { test: /\.(woff2?|ttf|eot)$/, type: 'asset/resource' },
      { test: /\.m?js$/, resolve: { fullySpecified: false } },
      // Some say that all of them has effects, and bring a hundred languages and the notebook along.
      { test: /@jupyterlab[\\/][\w-]+[\\/]lib/, sideEffects: false }
    ]
  },
  performance: { hints: false },
  ignoreWarnings: [/could not find any license file/],
  plugins:
    mode === 'production'
      ? [new WPPlugin.JSONLicenseWebpackPlugin({ excludedPackageTest: name => name === 'mlnb' })]
      : []
});

compiler[process.argv.includes('--watch') ? 'watch' : 'run'](
  ...(process.argv.includes('--watch') ? [{}, report] : [report])
);

function report(error, stats) {
  console.log(error ?? stats.toString({ preset: 'errors-warnings', assets: false, colors: true }));
  if (!process.argv.includes('--watch')) {
    process.exitCode = error || stats.hasErrors() ? 1 : 0;
  }
}
