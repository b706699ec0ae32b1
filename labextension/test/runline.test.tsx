import { MimeModel } from '@jupyterlab/rendermime';
import type { JSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runLineFactory } from '../src/features/notebook/runlinefactory';
import { type IRunLine, RUN_LINE_MIME } from '../src/core/tokens';
import { line, ui } from './examples';

const open = vi.fn();
const shown = vi.fn();
const touched = vi.fn();
const factory = runLineFactory(ui(), open, shown, touched);
let widget: Widget | null = null;

async function render(data: IRunLine): Promise<HTMLElement> {
  const renderer = factory.createRenderer({
    mimeType: RUN_LINE_MIME,
    resolver: null,
    sanitizer: null as never,
    linkHandler: null,
    latexTypesetter: null
  });
  widget = renderer;
  Widget.attach(renderer, document.body);
  const model = new MimeModel({ data: { [RUN_LINE_MIME]: data as unknown as JSONObject } });
  await act(() => renderer.renderModel(model));
  return renderer.node;
}

afterEach(() => {
  act(() => widget?.dispose());
});

describe('the run line', () => {
  it('says what came out, against the run before', async () => {
    const node = await render(
      line({
        metrics: [{ name: 'accuracy', value: 0.9341, previous: 0.9223 }],
        params: [{ name: 'lr', value: 0.05 }],
        counts: { metrics: 1, datasets: 2, models: 1 },
        previous: { run_id: 'OLD', name: 'calm-owl-11' }
      })
    );
    expect(node.textContent).toContain('amber-fox-12');
    expect(node.textContent).toContain('accuracy 0.9341 +0.012');
    expect(node.textContent).toContain('lr 0.05');
    expect(node.textContent).toContain('2 datasets · 1 model');
  });

  it('says why a run failed', async () => {
    const node = await render(
      line({ status: 'failed', error: 'ValueError: Input X contains NaN.' })
    );
    expect(node.textContent).toContain('ValueError');
    expect(node.querySelector('[aria-label="failed"]')).not.toBeNull();
  });

  it('is what its context menu is about', async () => {
    const data = line();
    const node = await render(data);
    node
      .querySelector('[data-mlnb-run=RUN]')
      ?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true }));
    expect(touched).toHaveBeenCalledWith(data, widget);
  });

  it('opens the run on a click, and tells which store it is in', async () => {
    const data = line();
    const node = await render(data);
    expect(shown).toHaveBeenCalledWith(data);
    act(() => node.querySelector('button')?.click());
    expect(open).toHaveBeenCalledWith(data);
  });

  it('leaves a line of a newer version to the next renderer', async () => {
    await expect(render(line({ version: 2 }))).rejects.toThrow('newer');
  });
});
