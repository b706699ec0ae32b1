/** Adds `%%track` to a cell, and `%load_ext mlnb` where the notebook doesn't have it. */

import { type INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import { LOAD, loads, tracked } from './magic';

export function canTrack(tracker: INotebookTracker): boolean {
  return tracker.activeCell?.model.type === 'code';
}

/** The active cell of the notebook in front gets the magic. */
export function trackActiveCell(tracker: INotebookTracker): void {
  const panel = tracker.currentWidget;
  const cell = tracker.activeCell;
  if (panel === null || cell?.model.type !== 'code') {
    return;
  }
  const shared = cell.model.sharedModel;
  shared.setSource(tracked(shared.getSource()));
  if (!hasLoader(panel)) {
    addLoader(panel);
  }
}

function hasLoader(panel: NotebookPanel): boolean {
  return panel.content.widgets.some(
    cell => cell.model.type === 'code' && loads(cell.model.sharedModel.getSource())
  );
}

/** A cell above the first one; what was active stays active. */
function addLoader(panel: NotebookPanel): void {
  const notebook = panel.content;
  const active = notebook.activeCellIndex;
  notebook.activeCellIndex = 0;
  NotebookActions.insertAbove(notebook);
  notebook.activeCell?.model.sharedModel.setSource(LOAD);
  notebook.activeCellIndex = active + 1;
}
