/** Stands in for `@jupyterlab/ui-components` where the views are bundled alone: icons, as the parts draw them. */

import type { JSX } from 'react';
import { createElement } from 'react';

export class LabIcon {
  constructor(private readonly options: { name: string; svgstr: string }) {}

  readonly react = (props: { tag?: string; width?: string; height?: string }): JSX.Element => {
    const { tag = 'span', width = '16px', height = '16px' } = props;
    const svg = this.options.svgstr.replace('width="16"', `width="${width}" height="${height}"`);
    return createElement(tag, { dangerouslySetInnerHTML: { __html: svg } });
  };
}
