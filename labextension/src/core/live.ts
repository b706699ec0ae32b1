/**
 * Tells when the stores may have changed.
 *
 * The server's event bus broadcasts small hints and replays nothing, so hints are completed by three
 * nets: becoming visible, the browser coming back online, and a slow poll.
 */

import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { type IStoreChanged, STORE_CHANGED } from './tokens';

export const POLL_MS = 15_000;
/** While the server is out of reach, and until the event bus has found it again, which tries twice a minute. */
export const OFFLINE_MS = 2_000;
const FOUND_AGAIN_MS = 40_000;

/** What was missed: nothing but these runs, whatever happened lately, or anything at all. */
export type Hint =
  { kind: 'runs'; store: string; runs: readonly string[] } | { kind: 'poll' } | { kind: 'resumed' };

/** Whether a hint says nothing about this store; null is the store that the server chooses. */
export function isElsewhere(hint: Hint, store: string | null): boolean {
  return hint.kind === 'runs' && store !== null && hint.store !== store;
}

export class Live implements IDisposable {
  constructor(private readonly stream: Event.Stream) {
    stream.connect(this.onEvent);
    document.addEventListener('visibilitychange', this.onVisible);
    window.addEventListener('online', this.onOnline);
    this.poll = new Poll({
      name: 'mlnb:live',
      auto: true,
      frequency: { interval: POLL_MS, backoff: false },
      standby: 'when-hidden',
      factory: () => {
        this._hinted.emit({ kind: 'poll' });
        return Promise.resolve();
      }
    });
  }

  get hinted(): ISignal<this, Hint> {
    return this._hinted;
  }

  /** Whether the server is out of reach: then it is looked for often, and found again, all was missed. */
  set offline(offline: boolean) {
    if (offline === this._offline) {
      return;
    }
    this._offline = offline;
    window.clearTimeout(this.calmDown);
    if (offline) {
      this.pollEvery(OFFLINE_MS);
    } else {
      this.calmDown = window.setTimeout(() => this.pollEvery(POLL_MS), FOUND_AGAIN_MS);
      this._hinted.emit({ kind: 'resumed' });
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.stream.disconnect(this.onEvent);
    document.removeEventListener('visibilitychange', this.onVisible);
    window.removeEventListener('online', this.onOnline);
    window.clearTimeout(this.calmDown);
    this.poll.dispose();
    Signal.clearData(this);
  }

  private pollEvery(interval: number): void {
    this.poll.frequency = { ...this.poll.frequency, interval };
    void this.poll.schedule();
  }

  private readonly onEvent = (_: unknown, emission: Event.Emission): void => {
    if (emission.schema_id === STORE_CHANGED) {
      const { store, runs } = emission as unknown as IStoreChanged;
      this._hinted.emit({ kind: 'runs', store, runs });
    }
  };

  private readonly onVisible = (): void => {
    if (document.visibilityState === 'visible') {
      this._hinted.emit({ kind: 'resumed' });
    }
  };

  private readonly onOnline = (): void => {
    this._hinted.emit({ kind: 'resumed' });
  };

  private readonly poll: Poll;
  private readonly _hinted = new Signal<this, Hint>(this);
  private _isDisposed = false;
  private _offline = false;
  private calmDown = 0;
}
