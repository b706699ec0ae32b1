/** State that lives outside React: a model says that it changed, components read it again. */

import { type ISignal, Signal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import { useCallback, useSyncExternalStore } from 'react';
import { ApiError } from './request';

export class Model implements IDisposable {
  /** Emitted after any change. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Counts changes, so that React can tell one state from the next. */
  get revision(): number {
    return this._revision;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  protected notify(): void {
    if (!this._isDisposed) {
      this._revision += 1;
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _revision = 0;
  private _isDisposed = false;
}

/** A model of something that a person asks for, which the server may refuse: what they typed stays until it agrees. */
export class Asking extends Model {
  /** An answer is under way. */
  get busy(): boolean {
    return this.underWay > 0;
  }

  /** Why the last one was refused. */
  get problem(): ApiError | null {
    return this._problem;
  }

  /** Take a step; whether the server agreed. */
  protected async attempt(step: () => Promise<void>): Promise<boolean> {
    this.underWay += 1;
    this._problem = null;
    this.notify();
    try {
      await step();
      return true;
    } catch (reason) {
      this._problem = asApiError(reason);
      return false;
    } finally {
      this.underWay -= 1;
      this.notify();
    }
  }

  private underWay = 0;
  private _problem: ApiError | null = null;
}

/** Renders the component again whenever the model changes. */
export function useModel(model: Model): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      const slot = () => listener();
      model.changed.connect(slot);
      return () => {
        model.changed.disconnect(slot);
      };
    },
    [model]
  );
  return useSyncExternalStore(subscribe, () => model.revision);
}

/** Any thrown thing as an ApiError. */
export function asApiError(reason: unknown): ApiError {
  return reason instanceof ApiError
    ? reason
    : new ApiError(reason instanceof Error ? reason.message : String(reason), 'error', 500);
}

/**
 * Runs one task at a time: asked again while it runs, it runs once more afterwards, however often it was
 * asked.
 */
export class Coalescer {
  constructor(private readonly task: () => Promise<void>) {}

  run(): Promise<void> {
    this.asked += 1;
    if (this.running !== null) {
      return this.running;
    }
    this.running = this.loop();
    return this.running;
  }

  private async loop(): Promise<void> {
    try {
      let asked = -1;
      while (asked !== this.asked) {
        asked = this.asked;
        await this.task();
      }
    } finally {
      this.running = null; // in the same breath as the last look at what was asked
    }
  }

  private running: Promise<void> | null = null;
  private asked = 0;
}
