/** JupyterLab shows notifications in a tray of its own; here each is one line that goes by itself. */

import { Notification } from '@jupyterlab/apputils';

const SHOWN_MS = 5000;

export function showNotifications(host: HTMLElement): void {
  const tray = document.createElement('div');
  tray.className = 'mlnb-Toasts';
  tray.setAttribute('role', 'status');
  host.append(tray);
  Notification.manager.changed.connect((_, { type, notification }) => {
    if (type !== 'added') {
      return;
    }
    const line = document.createElement('div');
    line.className = `mlnb-Toast mlnb-mod-${notification.type}`;
    line.textContent = notification.message;
    tray.append(line);
    window.setTimeout(() => {
      line.remove();
      Notification.dismiss(notification.id);
    }, SHOWN_MS);
  });
}
