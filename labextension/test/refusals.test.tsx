/** What the server refuses is said where it was asked for, and what was typed stays. */

import { Dialog } from '@jupyterlab/apputils';
import type { JSX } from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelsView } from '../src/features/models/view';
import { Overview } from '../src/features/run/overview';
import { UiContext } from '../src/ui/ui';
import { CurvesModel } from '../src/core/curves';
import { PromotionModel } from '../src/features/promote/model';
import { RegistryModel } from '../src/features/models/model';
import { ApiError } from '../src/core/request';
import type { IModel, IPromotion } from '../src/core/tokens';
import { askAndSend } from '../src/ui/dialogs';
import { detail, ui } from './examples';

const refusal = new ApiError('the disk is full', 'not_writable', 507, 'make room');

let host: HTMLElement;
let root: Root;

beforeEach(() => {
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
});

afterEach(() => {
  vi.unstubAllGlobals();
  act(() => root.unmount());
  host.remove();
});

const show = (content: JSX.Element): void =>
  act(() => root.render(<UiContext.Provider value={ui()}>{content}</UiContext.Provider>));

function type(input: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const { prototype } = input instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

function find(selector: string, within: ParentNode = host): HTMLElement {
  return within.querySelector<HTMLElement>(selector) ?? expect.fail(`no ${selector}`);
}

const field = (selector: string, within: ParentNode = host): HTMLInputElement =>
  find(selector, within) as HTMLInputElement;

/** Do it, and let the answer sink in. */
const settled = (step: () => void): Promise<void> =>
  act(async () => {
    step();
    await new Promise(done => setTimeout(done));
  });

describe('a note', () => {
  it('stays in its field until it is kept, and says why it was not', async () => {
    const answers = [Promise.reject(refusal), Promise.resolve()];
    const onNote = vi.fn((_: string) => answers.shift() ?? Promise.resolve());
    const curves = new CurvesModel({ histories: () => Promise.resolve([]) });
    show(<Overview run={detail()} curves={curves} store={null} onNote={onNote} />);
    const note = field('textarea');
    act(() => note.focus());
    act(() => type(note, 'half an hour of thought'));
    await settled(() => note.blur());
    expect(host.textContent).toContain('the disk is full');
    expect(field('textarea').value).toBe('half an hour of thought');
    const again = [...host.querySelectorAll('button')].find(
      one => one.textContent === 'Keep it now'
    );
    await settled(() => again?.click());
    expect(onNote).toHaveBeenLastCalledWith('half an hour of thought');
    expect(host.textContent).not.toContain('the disk is full');
  });
});

describe('rolling back', () => {
  const moved = (to: number, from: number | null): IPromotion => ({
    promotion_id: `P${to}`,
    model: 'churn',
    alias: 'champion',
    from_version: from,
    to_version: to,
    decision: 'promoted',
    gates: [],
    note: '',
    user: 'ada',
    time: null,
    gates_sha256: null,
    hash: '',
    origin: null,
    prev_hash: ''
  });
  const churn = (promotions: IPromotion[]): IModel => ({
    model: 'churn',
    versions: [],
    aliases: { champion: promotions[0]?.to_version ?? 0 },
    promotions
  });

  it('takes back what was seen, never what somebody has promoted meanwhile, and keeps the reason', async () => {
    const listed = [churn([moved(2, 1), moved(1, null)])];
    const rollBack = vi.fn((..._: unknown[]) => {
      listed[0] = churn([moved(3, 2), moved(2, 1), moved(1, null)]);
      return Promise.reject(new ApiError('champion is version 3 by now', 'conflict', 409));
    });
    const model = new RegistryModel({ models: () => Promise.resolve([...listed]), rollBack }, 'S');
    await model.refresh();
    show(
      <ModelsView
        model={model}
        onOpenRun={() => undefined}
        onPromote={() => undefined}
        onRollBack={(...asked) => model.rollBack(...asked)}
      />
    );
    const offers = (): HTMLElement[] =>
      [...host.querySelectorAll('button')].filter(one =>
        one.textContent.startsWith('Roll back to')
      );
    act(() => offers()[0]?.click());
    act(() => type(field('.mlnb-RollBack input'), 'it drifts'));
    await settled(() => find('.mlnb-RollBack button').click());
    expect(rollBack).toHaveBeenCalledWith('S', 'churn', 'champion', 'it drifts', 2);
    expect(host.textContent).toContain('champion is version 3 by now');
    expect(field('.mlnb-RollBack input').value).toBe('it drifts');
    expect(offers()).toHaveLength(1); // of the move that is the last by now
  });

  it('a promotion that was refused keeps its note, and knows who holds the alias by now', async () => {
    const version = { model: 'churn', version: 1, run_id: 'R', aliases: [] };
    let holder = 2;
    const promote = vi.fn((_: unknown, body: { dry_run?: boolean }) =>
      body.dry_run === true
        ? Promise.resolve({ ...moved(1, holder), gates: [] })
        : Promise.reject(new ApiError('somebody moved champion', 'conflict', 409))
    );
    const models = (): Promise<IModel[]> =>
      Promise.resolve([
        { ...churn([]), versions: [version], aliases: { champion: holder } } as unknown as IModel
      ]);
    const model = new PromotionModel(
      { models, promote, register: () => Promise.reject(refusal) },
      null,
      { run_id: 'R', name: 'fox', experiment: 'churn', models: [] }
    );
    await model.open();
    model.note = 'better on all of May';
    holder = 3;
    expect(await model.promote()).toBe(false);
    expect([model.problem?.message, model.holder, model.note, model.done]).toEqual([
      'somebody moved champion',
      3,
      'better on all of May',
      null
    ]);
  });
});

describe('a dialog', () => {
  it('closes when the server has agreed, and not before', async () => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false); // the dialog draws itself
    const sent: string[] = [];
    const question = { title: 'Rename', text: '', field: 'Name', answer: 'fox', accept: 'Rename' };
    const done = askAndSend(ui(), question, answer => {
      sent.push(answer);
      return sent.length === 1 ? Promise.reject(refusal) : Promise.resolve();
    });
    const dialog = await vi.waitFor(() => find('.jp-Dialog', document));
    const input = await vi.waitFor(() => field('input', dialog));
    const accept = find('.jp-mod-accept', dialog);
    type(input, 'amber-fox');
    accept.click();
    await vi.waitFor(() => expect(dialog.textContent).toContain('the disk is full'));
    expect(field('input', dialog).value).toBe('amber-fox');
    accept.click();
    expect(await done).toBe(true);
    expect(sent).toEqual(['amber-fox', 'amber-fox']);
    expect(document.querySelector('.jp-Dialog')).toBeNull();
    Dialog.flush();
  });
});
