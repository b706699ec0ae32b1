/** One box for text and queries, with completion, and a query's mistake marked where it is. */

import { closeIcon, searchIcon } from '@jupyterlab/ui-components';
import type { JSX, KeyboardEvent, RefObject } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import { apply, complete, type ICompletion } from '../values/completion';
import type { ApiError } from '../core/request';
import { useUi } from './ui';

const TYPING_MS = 250;

export interface ISearchBoxProps {
  where: string;
  error: ApiError | null;
  words: readonly string[];
  input: RefObject<HTMLInputElement>;
  onQuery: (where: string) => void;
  /** Down from the box into the list. */
  onLeave: () => void;
}

export function SearchBox(props: ISearchBoxProps): JSX.Element {
  const { trans } = useUi();
  const { input, where, onQuery } = props;
  const id = useId();
  const [text, setText] = useState(where);
  const [completion, setCompletion] = useState<ICompletion | null>(null);
  const [choice, setChoice] = useState(-1);
  const [scroll, setScroll] = useState(0);
  const sent = useRef(where);

  useEffect(() => {
    // Only a query that was set elsewhere (cleared, restored) replaces what is being typed.
    if (where !== sent.current) {
      sent.current = where;
      setText(where);
    }
  }, [where]);
  const send = useRef(onQuery);
  send.current = onQuery;
  // It waits for the person, not for the list, which is drawn anew whenever a run logs.
  useEffect(() => {
    const timer = window.setTimeout(() => {
      sent.current = text.trim();
      send.current(text.trim());
    }, TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text]);

  const type = (value: string, caret: number): void => {
    setText(value);
    setCompletion(complete(value, caret, props.words));
    setChoice(-1);
  };
  const take = (option: string): void => {
    if (completion !== null) {
      setText(apply(text, completion, option) + ' ');
      setCompletion(null);
      input.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const options = completion?.options ?? [];
    const chosen = options[choice];
    if (event.key === 'ArrowDown' && options.length > 0) {
      setChoice((choice + 1) % options.length);
    } else if (event.key === 'ArrowUp' && options.length > 0) {
      setChoice((choice - 1 + options.length) % options.length);
    } else if (event.key === 'Tab' && !event.shiftKey && options[0] !== undefined) {
      take(chosen ?? options[0]);
    } else if (event.key === 'Enter' && chosen !== undefined) {
      take(chosen);
    } else if (event.key === 'Escape' && completion !== null) {
      setCompletion(null);
    } else if (event.key === 'Escape' && text !== '') {
      setText('');
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      setCompletion(null);
      props.onLeave();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  // What is still being typed is not yet wrong.
  const showError = props.error !== null && completion === null && sent.current === text.trim();
  return (
    <div className="mlnb-SearchBox">
      <div className={`mlnb-SearchBox-field${showError ? ' mlnb-mod-error' : ''}`}>
        <searchIcon.react tag="span" className="mlnb-SearchBox-icon" width="14px" height="14px" />
        <div className="mlnb-SearchBox-text">
          {showError && <Mark text={text} error={props.error} scroll={scroll} />}
          <input
            ref={input}
            type="text"
            role="combobox"
            spellCheck={false}
            autoComplete="off"
            value={text}
            placeholder={trans.__('Search or query')}
            title={trans.__('Text, or a query: %1', 'metrics.accuracy > 0.9 and params.lr < 0.1')}
            aria-label={trans.__('Search runs')}
            aria-expanded={completion !== null}
            aria-controls={`${id}-options`}
            aria-activedescendant={choice < 0 ? undefined : `${id}-${choice}`}
            aria-invalid={showError}
            aria-describedby={showError ? `${id}-error` : undefined}
            onChange={event =>
              type(event.target.value, event.target.selectionStart ?? event.target.value.length)
            }
            onScroll={event => setScroll(event.currentTarget.scrollLeft)}
            onBlur={() => setCompletion(null)}
            onKeyDown={onKeyDown}
          />
        </div>
        {text !== '' && (
          <button
            type="button"
            className="mlnb-IconButton"
            title={trans.__('Clear')}
            aria-label={trans.__('Clear the search')}
            onClick={() => {
              setText('');
              input.current?.focus();
            }}
          >
            <closeIcon.react tag="span" width="14px" height="14px" />
          </button>
        )}
      </div>
      {completion !== null && (
        <ul className="mlnb-SearchBox-options" id={`${id}-options`} role="listbox">
          {completion.options.map((option, index) => (
            <li
              key={option}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === choice}
              // Before blur, which would close the list under the pointer.
              onMouseDown={event => {
                event.preventDefault();
                take(option);
              }}
            >
              {option}
            </li>
          ))}
        </ul>
      )}
      {showError && (
        <div className="mlnb-SearchBox-error" id={`${id}-error`} role="alert">
          {props.error?.summary}
          {props.error?.hint && <div className="mlnb-SearchBox-hint">{props.error.hint}</div>}
        </div>
      )}
    </div>
  );
}

/** The same text behind the box, with the place of the mistake underlined. */
function Mark(props: { text: string; error: ApiError | null; scroll: number }): JSX.Element | null {
  const position = props.error?.position ?? null;
  if (position === null) {
    return null;
  }
  const start = Math.min(position, props.text.length);
  const word = /^\s*\S+/.exec(props.text.slice(start))?.[0] ?? ' ';
  return (
    <div className="mlnb-SearchBox-mark" aria-hidden="true">
      <span style={{ marginLeft: -props.scroll }}>{props.text.slice(0, start)}</span>
      <u>{word}</u>
    </div>
  );
}
