/** What the context menu of a column's head offers. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../../core/commands';
import type { RunTableModel } from './model';

export function addColumnCommands(app: JupyterFrontEnd, trans: TranslationBundle): void {
  const found = (): { table: RunTableModel; column: string } | null => {
    const head = app.contextMenuHitTest(node => 'mlnbColumn' in node.dataset);
    // Known by what it has: its code is loaded when the first table opens.
    const table = (app.shell.currentWidget as { table?: RunTableModel } | null)?.table;
    const column = head?.dataset.mlnbColumn;
    return table !== undefined && column !== undefined ? { table, column } : null;
  };
  app.commands.addCommand(CommandIDs.pinColumn, {
    label: () => {
      const at = found();
      return at?.table.isPinned(at.column)
        ? trans.__('Unpin Column')
        : trans.__('Pin Column Beside the Names');
    },
    execute: () => {
      const at = found();
      at?.table.pinColumn(at.column);
    }
  });
  app.commands.addCommand(CommandIDs.hideColumn, {
    label: trans.__('Hide Column'),
    execute: () => {
      const at = found();
      at?.table.toggleColumn(at.column);
    }
  });
}
