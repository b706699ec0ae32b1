/** What is said of a clean notebook in the making: pure. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { GatherModel } from './model';

export interface INotice {
  readonly message: string;
  readonly type: 'in-progress' | 'success' | 'warning' | 'error';
}

export function noticeOf(
  { now, problem, run, stopping }: Pick<GatherModel, 'now' | 'problem' | 'run' | 'stopping'>,
  trans: TranslationBundle
): INotice {
  if (problem !== null) {
    return { type: 'error', message: trans.__('%1: %2', run.name, problem.message) };
  }
  const lines = now?.lines ?? [];
  const last = lines.at(-1);
  if (now === null || now.state === 'running') {
    return {
      type: 'in-progress',
      message: stopping
        ? trans.__('%1: writing the best notebook so far', run.name)
        : last === undefined
          ? trans.__('%1: executing the cells that it depends on', run.name)
          : trans.__('%1: try %2. The one before: %3', run.name, lines.length + 1, last)
    };
  }
  if (now.state === 'failed') {
    const why = last ?? trans.__('no notebook could be made');
    return { type: 'error', message: trans.__('%1: %2', run.name, why) };
  }
  const size = trans.__('%1 of %2 executed cells', now.kept ?? 0, now.executed ?? 0);
  return now.reproduced === true
    ? { type: 'success', message: trans.__('%1 is reproduced: %2', run.name, size) }
    : {
        type: 'warning',
        message: [trans.__('%1 is not reproduced', run.name), ...now.causes.slice(0, 1)].join(': ')
      };
}

/** Whether the file browser knows a path: others are from the root of a disk. */
export function isInside(path: string): boolean {
  return !/^([/\\]|[A-Za-z]:)/.test(path);
}
