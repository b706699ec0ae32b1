/** What stands where there is nothing to show: empty, loading, refused, offline. */

import { Button } from '@jupyterlab/ui-components';
import type { JSX, ReactNode } from 'react';
import type { ApiError } from '../core/request';
import { useUi } from './ui';

export function Loading(props: { rows?: number }): JSX.Element {
  const { trans } = useUi();
  return (
    <div className="mlnb-Loading" role="status" aria-label={trans.__('Loading')}>
      {Array.from({ length: props.rows ?? 6 }, (_, index) => (
        <div key={index} className="mlnb-Loading-row" style={{ animationDelay: `${index * 60}ms` }}>
          <span className="mlnb-Loading-dot" />
          <span className="mlnb-Loading-bar" style={{ width: `${64 - ((index * 17) % 36)}%` }} />
        </div>
      ))}
    </div>
  );
}

export function Notice(props: {
  title: string;
  children?: ReactNode;
  action?: { label: string; run: () => void };
}): JSX.Element {
  return (
    <div className="mlnb-Notice">
      <div className="mlnb-Notice-title">{props.title}</div>
      {props.children}
      {props.action && (
        <Button className="mlnb-Button jp-mod-styled jp-mod-accept" onClick={props.action.run}>
          {props.action.label}
        </Button>
      )}
    </div>
  );
}

/** First use: the two lines that start tracking. */
export function FirstSteps(props: { onAdd: () => void }): JSX.Element {
  const { trans } = useUi();
  return (
    <Notice
      title={trans.__('No runs yet')}
      action={{ label: trans.__('Track the active cell'), run: props.onAdd }}
    >
      <p>{trans.__('Load the extension once, then put one line on top of a cell:')}</p>
      <pre className="mlnb-Notice-code">
        {'%load_ext mlnb\n\n'}
        <b>%%track</b>
        {'\nmodel.fit(X, y)'}
      </pre>
      <p>{trans.__('Parameters, metrics, data, figures and code are recorded by themselves.')}</p>
    </Notice>
  );
}

export function Problem(props: { error: ApiError; onRetry: () => void }): JSX.Element {
  const { trans } = useUi();
  const { error } = props;
  return (
    <div role="alert">
      <Notice
        title={error.offline ? trans.__('The server is out of reach') : error.message}
        action={{ label: trans.__('Try again'), run: props.onRetry }}
      >
        <p>
          {error.offline
            ? trans.__('Kernels go on recording; nothing is lost. This view catches up by itself.')
            : error.hint}
        </p>
      </Notice>
    </div>
  );
}

/** Why the server refused what was asked for, beside what was typed. */
export function Refusal({ error }: { error: ApiError | null }): JSX.Element | null {
  const { trans } = useUi();
  return error === null ? null : (
    <p className="mlnb-Refusal" role="alert">
      {error.offline ? trans.__('The server is out of reach') : error.message}
      {error.hint && ` (${error.hint})`}
    </p>
  );
}

/** The same above content that is still worth reading. */
export function Banner(props: { error: ApiError; onRetry: () => void }): JSX.Element {
  const { trans } = useUi();
  const { error } = props;
  return (
    <div className="mlnb-Banner" role="alert" title={error.hint ?? undefined}>
      <span>
        {error.offline
          ? trans.__('Server out of reach; this is what was last seen.')
          : trans.__('May be out of date: %1', error.message)}
      </span>
      <button type="button" className="mlnb-Link" onClick={props.onRetry}>
        {trans.__('Try again')}
      </button>
    </div>
  );
}
