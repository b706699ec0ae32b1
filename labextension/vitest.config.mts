import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // What the documentation's example imports of the panel, without JupyterLab's notebook behind it.
  resolve: { alias: { mlnb: fileURLToPath(new URL('src/core/features.ts', import.meta.url)) } },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/browser.ts'],
    restoreMocks: true,
    server: {
      // These ship modules that Node does not resolve by itself.
      deps: { inline: [/@jupyterlab/, /@jupyter\//, /@lumino/, /@rjsf/] }
    }
  },
  plugins: [
    {
      // The bundler reads SVG files as text; so do the tests.
      name: 'svg-as-text',
      enforce: 'pre',
      load(id) {
        return id.endsWith('.svg')
          ? 'export default \'<svg xmlns="http://www.w3.org/2000/svg"></svg>\''
          : null;
      }
    }
  ]
});
