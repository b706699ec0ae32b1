import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';
import type { Status } from '../core/tokens';
import { useUi } from './ui';

/** A status in the reader's language. */
export function statusName(status: Status, trans: TranslationBundle): string {
  switch (status) {
    case 'running':
      return trans.__('running');
    case 'finished':
      return trans.__('finished');
    case 'failed':
      return trans.__('failed');
    case 'killed':
      return trans.__('killed');
  }
}

/** Shape and colour both tell the status: a ring, a disc, a cross, a square. */
export function StatusDot(props: { status: Status; labelled?: boolean }): JSX.Element {
  const { trans } = useUi();
  const { status } = props;
  const name = statusName(status, trans);
  return (
    <svg
      className={`mlnb-StatusDot mlnb-mod-${status}`}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      {...(props.labelled === false
        ? { 'aria-hidden': true }
        : { role: 'img', 'aria-label': name })}
    >
      {status === 'running' && (
        <>
          <circle className="mlnb-StatusDot-ring" cx="6" cy="6" r="4" />
          <circle className="mlnb-StatusDot-pulse" cx="6" cy="6" r="2" />
        </>
      )}
      {status === 'finished' && <circle cx="6" cy="6" r="4" />}
      {status === 'failed' && <path d="M2.5 2.5 9.5 9.5M9.5 2.5 2.5 9.5" />}
      {status === 'killed' && <rect x="2.5" y="2.5" width="7" height="7" rx="1" />}
    </svg>
  );
}
