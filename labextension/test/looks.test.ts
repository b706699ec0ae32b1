/** What a reader can't be asked to look for in every change: colours are the theme's, words the translator's. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

/** The one sheet that has colours of its own. */
const PALETTE = 'palette.css';
const LITERAL =
  /#[\da-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(|(?<![\w-])(?:white|black|red|green|blue|gr[ae]y|orange|yellow|purple|pink|brown|teal|navy|silver)(?![\w-])/i;
/** Attributes that are read out or shown. */
const SPOKEN = new Set(['title', 'aria-label', 'placeholder', 'alt', 'label']);
/** What is the same in every language. */
const NAMES = /^(?:%%track|mlnb)$/;

function files(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => ending.test(name))
    .map(name => join(folder, name));
}

function readable(text: string): boolean {
  return /\p{L}{2,}/u.test(text) && !NAMES.test(text.trim());
}

/** Words that stand in the markup itself, with their places. */
function spelledOut(path: string): string[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(path, 'utf8'),
    ts.ScriptTarget.Latest,
    true
  );
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isJsxElement(node) && /^(?:code|pre|kbd)$/.test(node.openingElement.tagName.getText())) {
      return; // what is typed as it stands
    }
    const words = ts.isJsxText(node)
      ? node.text
      : ts.isJsxAttribute(node) &&
          SPOKEN.has(node.name.getText()) &&
          node.initializer !== undefined &&
          ts.isStringLiteral(node.initializer)
        ? node.initializer.text
        : '';
    if (readable(words)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${path}:${line + 1} ${words.trim()}`);
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

it('takes every colour from the theme or the palette', () => {
  const sheets = [...files('style', /\.css$/), ...files('src', /\.css$/)].filter(
    path => !path.endsWith(PALETTE)
  );
  const found = sheets.flatMap(path =>
    readFileSync(path, 'utf8')
      .replace(/\/\*[^]*?\*\//g, text => text.replace(/[^\n]/g, ' '))
      .split('\n')
      .flatMap((line, index) => (LITERAL.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : []))
  );
  const said = files('src', /(?<!icons)\.tsx?$/).flatMap(path =>
    [
      ...readFileSync(path, 'utf8').matchAll(/['"`](?:#[\da-f]{3,8}|(?:rgb|hsl)a?\([^'"`]*)['"`]/gi)
    ].map(([text]) => `${path} ${text}`)
  );
  expect(sheets.length).toBeGreaterThan(5);
  expect([...found, ...said]).toEqual([]);
});

it('draws icons in the grey that the theme repaints', () => {
  const icons = readFileSync(join('src', 'ui', 'icons.ts'), 'utf8');
  const colors = icons.match(/#[\da-f]{3,8}\b/gi) ?? [];
  expect(new Set(colors)).toEqual(new Set(['#616161']));
  expect(
    icons.match(/class="jp-icon\d[^"]*"[^>]*fill="#616161"|fill="#616161"[^>]*class="jp-icon\d/g)
  ).toHaveLength(colors.length);
});

it('gives the palette the same names in light and dark', () => {
  const sheet = readFileSync(join('style', PALETTE), 'utf8');
  const [light, dark] = sheet
    .split("[data-jp-theme-light='false']")
    .map(part => new Set(part.match(/--mlnb-run-color-\d+/g)));
  expect(dark).toEqual(light);
});

it('lets the translator see every word', () => {
  const found = files('src', /\.tsx$/).flatMap(spelledOut);
  expect(found).toEqual([]);
});
