import { LabIcon } from '@jupyterlab/ui-components';

const icon = (name: string, body: string): LabIcon =>
  new LabIcon({
    name: `mlnb:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${body}</svg>`
  });

/** A flask with a curve that rises in it. */
export const experimentsIcon = icon(
  'experiments',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M8 2h8v2h-1v5.2l5.3 9A2.5 2.5 0 0 1 18.1 22H5.9a2.5 2.5 0 0 1-2.2-3.8L9 9.2V4H8V2zm3 2v5.8L5.4 19.2a.5.5 0 0 0 .5.8h12.2a.5.5 0 0 0 .5-.8L13 9.8V4h-2z"/>' +
    '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M7.6 18.6l2.6-3.4 2.4 1.9 2.3-3 1.2.9-3.2 4.2-2.4-1.9-1.5 2z"/>'
);

export const starIcon = icon(
  'star',
  '<path class="mlnb-icon-star" d="M12 2.6l2.9 6 6.5.9-4.7 4.6 1.1 6.5L12 17.5l-5.8 3.1 1.1-6.5L2.6 9.5l6.5-.9z"/>'
);

/** Two columns that differ. */
export const compareIcon = icon(
  'compare',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M4 4h6v16H4V4zm2 2v12h2V6H6zm8-2h6v16h-6V4zm2 6v8h2v-8h-2z"/>'
);

/** Boxes stacked: models and their versions. */
export const modelsIcon = icon(
  'models',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M12 2l9 4.6-9 4.6-9-4.6L12 2zm0 2.2L7.4 6.6 12 9l4.6-2.4L12 4.2zM4.9 10.6L12 14.2l7.1-3.6 1.9 1-9 4.6-9-4.6 1.9-1zm0 5L12 19.2l7.1-3.6 1.9 1-9 4.6-9-4.6 1.9-1z"/>'
);

/** Rows under a head. */
export const tableIcon = icon(
  'table',
  '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M3 4h18v16H3V4zm2 5v3h4V9H5zm6 0v3h8V9h-8zm-6 5v4h4v-4H5zm6 0v4h8v-4h-8z"/>'
);

export const pinIcon = icon(
  'pin',
  '<path class="jp-icon3" fill="#616161" d="M15 3v2l-1 1v5l3 3v2h-4v5l-1 1-1-1v-5H7v-2l3-3V6L9 5V3h6z"/>'
);
