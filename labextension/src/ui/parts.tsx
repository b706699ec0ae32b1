/** Small things that several views are made of. */

import type { DragEvent, JSX, ReactNode } from 'react';
import { useId } from 'react';
import { formatChange, formatScalar } from '../values/format';
import { starIcon } from './icons';
import { judge } from '../values/metrics';
import { useUi } from './ui';

/** A change against another value, judged by what the metric's name says is good. */
export function Change(props: {
  metric: string;
  value: number | null;
  before: number | null;
  /** Whose value it is compared with. */
  against: string;
}): JSX.Element | null {
  const { trans } = useUi();
  const { metric, value, before } = props;
  if (value === null || before === null) {
    return null;
  }
  const judgement = judge(metric, value, before);
  const spoken = {
    better: trans.__('better than %1 in %2', formatScalar(before), props.against),
    worse: trans.__('worse than %1 in %2', formatScalar(before), props.against),
    same: trans.__('the same in %1', props.against),
    unknown: trans.__('%1 in %2', formatScalar(before), props.against)
  }[judgement];
  return (
    <span className={`mlnb-Change mlnb-mod-${judgement}`} title={spoken}>
      {formatChange(value, before)}
    </span>
  );
}

/** A dotted name that loses its beginning, not its end, where there is little room. */
export function Name({ name }: { name: string }): JSX.Element {
  const at = name.lastIndexOf('.', name.length - 2);
  // In a call such as `score(y, p.mean())` a dot separates nothing.
  return at < 1 || name.includes('(') ? (
    <>{name}</>
  ) : (
    <span className="mlnb-Name">
      <span>{name.slice(0, at)}</span>
      <span>{name.slice(at)}</span>
    </span>
  );
}

/** A run's name, which keeps the number at its end where there is little room: `fresh-…-12`. */
export function RunName({ name }: { name: string }): JSX.Element {
  const end = /^(.+)(-\d+)$/.exec(name);
  return end === null ? (
    <>{name}</>
  ) : (
    <span className="mlnb-RunName" title={name}>
      <span>{end[1]}</span>
      <span>{end[2]}</span>
    </span>
  );
}

/** With `drag` it can be taken to where `drag` says. */
export function Alias(props: {
  name: string;
  drag?: { title: string; onStart: (event: DragEvent) => void };
}): JSX.Element {
  const { name, drag } = props;
  return (
    <span
      className="mlnb-Alias"
      draggable={drag !== undefined}
      title={drag?.title}
      onDragStart={drag?.onStart}
    >
      <starIcon.react tag="span" width="12px" height="12px" />
      {name}
    </span>
  );
}

export function Card(props: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}): JSX.Element {
  return (
    <section className="mlnb-Card">
      <header>
        <h3>{props.title}</h3>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}

/** What is the same, or long, folds away behind one line. */
export function Folded(props: {
  summary: string;
  open?: boolean;
  children: ReactNode;
}): JSX.Element {
  return (
    <details className="mlnb-Folded" open={props.open}>
      <summary>{props.summary}</summary>
      {props.children}
    </details>
  );
}

export interface ITab {
  id: string;
  label: string;
  count?: number;
  render: () => ReactNode;
}

export function Tabs(props: {
  tabs: readonly ITab[];
  label: string;
  /** The one that is open; null opens the first. */
  tab: string | null;
  onTab: (id: string) => void;
}): JSX.Element | null {
  const base = useId();
  const { tabs, onTab } = props;
  const current = tabs.find(({ id }) => id === props.tab) ?? tabs[0];
  if (current === undefined) {
    return null;
  }
  const step = (by: number): void => {
    const next = tabs[(tabs.indexOf(current) + by + tabs.length) % tabs.length];
    if (next !== undefined) {
      onTab(next.id);
      document.getElementById(`${base}-${next.id}`)?.focus();
    }
  };
  return (
    <div className="mlnb-Tabs">
      <div className="mlnb-Tabs-bar" role="tablist" aria-label={props.label}>
        {tabs.map(({ id, label, count }) => (
          <button
            key={id}
            id={`${base}-${id}`}
            type="button"
            role="tab"
            aria-selected={id === current.id}
            aria-controls={`${base}-panel`}
            tabIndex={id === current.id ? 0 : -1}
            onClick={() => onTab(id)}
            onKeyDown={event => {
              if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
                step(event.key === 'ArrowRight' ? 1 : -1);
                event.preventDefault();
              }
            }}
          >
            {label}
            {count !== undefined && <span className="mlnb-Tabs-count">{count}</span>}
          </button>
        ))}
      </div>
      <div
        id={`${base}-panel`}
        className="mlnb-Tabs-panel"
        role="tabpanel"
        aria-labelledby={`${base}-${current.id}`}
      >
        {current.render()}
      </div>
    </div>
  );
}
