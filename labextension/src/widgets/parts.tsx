/** Small things that the views of a notebook share. */

import type { JSX } from 'react';
import { useEffect, useRef, useState } from 'react';
import { useUi } from '../ui/ui';
import { formatCount, formatDuration, formatNumber, toNumber } from '../values/format';
import type { ICurve } from '../core/curves';
import type { IBar, ICurveData } from './tokens';

const SILENCE_MS = 8_000;

/** A curve as charts take it. */
export function curveOf({ steps, values }: ICurveData): ICurve {
  return { steps, values: values.map(value => toNumber(value) ?? Number.NaN) };
}

/** Whether something that runs has told nothing for a while: its kernel may be gone, or the notebook was only opened. */
export function useSilent(view: object, running: boolean): boolean {
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    setSilent(false);
    if (!running) {
      return;
    }
    const timer = window.setTimeout(() => setSilent(true), SILENCE_MS);
    return () => window.clearTimeout(timer);
  }, [view, running]);
  return silent;
}

/** Asks once; says that it has. */
export function StopButton(props: {
  id: string;
  label: string;
  stop: (id: string) => Promise<unknown>;
}): JSX.Element {
  const { trans } = useUi();
  const [state, setState] = useState<'ready' | 'asked' | 'failed'>('ready');
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  const ask = (): void => {
    setState('asked');
    props.stop(props.id).catch(() => {
      if (alive.current) {
        setState('failed');
      }
    });
  };
  return (
    <button
      type="button"
      className="mlnb-Action mlnb-mod-primary"
      disabled={state === 'asked'}
      onClick={ask}
    >
      {state === 'ready'
        ? props.label
        : state === 'asked'
          ? trans.__('Stopping…')
          : trans.__('Could not ask; interrupt the kernel')}
    </button>
  );
}

export function ProgressBar({ bar }: { bar: IBar }): JSX.Element {
  const { trans } = useUi();
  const { label, done, total, rate, unit, left } = bar;
  const said = [
    total === null
      ? formatCount(done)
      : trans.__('%1 of %2', formatCount(done), formatCount(total)),
    rate !== null && `${formatNumber(rate)} ${unit}/s`,
    left !== null && trans.__('%1 left', formatDuration(left))
  ].filter(Boolean);
  return (
    <div className="mlnb-Nb-bar">
      {total !== null && (
        <progress max={total} value={Math.min(done, total)} aria-label={label || unit} />
      )}
      {label && <span>{label}</span>}
      <span className="mlnb-Quiet">{said.join(' · ')}</span>
    </div>
  );
}
