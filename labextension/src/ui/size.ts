/** How wide an element is, as it changes. */

import { type RefObject, useEffect, useState } from 'react';

export function useWidth(element: RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) {
      return;
    }
    const { current } = element;
    const look = (): void => setWidth(current.clientWidth);
    const resized = new ResizeObserver(look);
    resized.observe(current);
    look();
    return () => resized.disconnect();
  }, [element]);
  return width;
}
