/** Which lines of a long list are in view, from the scroll position alone. */

import { type RefObject, useEffect, useState } from 'react';

const BEYOND = 6;
const STILL_MS = 120;

/** Lines of known heights, as pixels from the first one's top. */
export interface ILines {
  readonly length: number;
  top: (index: number) => number;
  indexAt: (offset: number) => number;
}

interface IInView {
  /** First and last line to draw, some beyond the edges included. */
  from: number;
  to: number;
  /** The list is being scrolled: not the moment to ask the server for details. */
  moving: boolean;
}

export function useInView(scroller: RefObject<HTMLElement>, lines: ILines): IInView {
  const [view, setView] = useState({ top: 0, height: 0, moving: false });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    let timer = 0;
    const look = (moving: boolean): void =>
      setView({ top: element.scrollTop, height: element.clientHeight, moving });
    const onScroll = (): void => {
      look(true);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => look(false), STILL_MS);
    };
    const resized = new ResizeObserver(() => look(false));
    resized.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      window.clearTimeout(timer);
      resized.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller]);
  return {
    from: Math.max(0, lines.indexAt(view.top) - BEYOND),
    to: Math.min(lines.length - 1, lines.indexAt(view.top + view.height) + BEYOND),
    moving: view.moving
  };
}

/** Scroll as little as brings a line into view; a head that stays on top takes `covered` pixels. */
export function bringIntoView(
  element: HTMLElement,
  lines: ILines,
  index: number,
  covered = 0
): void {
  const height = element.clientHeight - covered;
  const [top, bottom] = [lines.top(index), lines.top(index + 1)];
  if (top < element.scrollTop) {
    element.scrollTop = top;
  } else if (bottom > element.scrollTop + height) {
    element.scrollTop = bottom - height;
  }
}
