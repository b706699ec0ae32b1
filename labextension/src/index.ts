import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'mlnb:panel',
  description: 'The Experiments panel.',
  autoStart: true,
  activate: () => undefined
};

export default plugin;
