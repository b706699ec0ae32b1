/**
 * The executed notebooks of runs as a drive of JupyterLab's: `mlnb:<store>/<run>/<name>.ipynb`, to read only.
 *
 * The store's folder is hidden from the file browser, and what a run kept must not change. JupyterLab renders it by
 * its own renderers, and trusts none of its outputs: nothing that a notebook says of itself counts here.
 */

import { type Contents, type ServerConnection } from '@jupyterlab/services';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { PathExt } from '@jupyterlab/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Api } from '../../core/api';

export const DRIVE = 'mlnb';

/** Where a run's executed notebook stands in the drive. */
export function drivePath(store: string | null, runId: string, name: string): string {
  const stem = name.replace(/\.ipynb$/, '').replace(/[/\\:]/g, '-') || 'notebook';
  return `${DRIVE}:${store ?? '-'}/${runId}/${stem}.ipynb`;
}

/** The store and run that a path of the drive (without its name) names; null for any other. */
export function runOf(localPath: string): { store: string | null; runId: string } | null {
  const found = /^\/?([0-9A-Za-z]+|-)\/([0-9A-Za-z]+)\/[^/]+\.ipynb$/.exec(localPath);
  const [, store = '', runId = ''] = found ?? [];
  return found === null ? null : { store: store === '-' ? null : store, runId };
}

export class RunDrive implements Contents.IDrive {
  constructor(
    private readonly api: Pick<Api, 'run' | 'notebook' | 'notebookUrl'>,
    readonly serverSettings: ServerConnection.ISettings
  ) {}

  readonly name = DRIVE;

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  async get(localPath: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const run = runOf(localPath);
    if (run === null) {
      const model = this.model(localPath, new Date(0).toISOString());
      return { ...model, type: 'directory', format: 'json', content: [] };
    }
    const [{ started_at, ended_at }, notebook] = await Promise.all([
      this.api.run(run.store, run.runId),
      options?.content === false ? null : this.api.notebook(run.store, run.runId)
    ]);
    const content = notebook === null ? null : distrusted(notebook);
    return { ...this.model(localPath, ended_at ?? started_at), content };
  }

  getDownloadUrl(localPath: string): Promise<string> {
    const run = runOf(localPath);
    return run === null ? refused() : Promise.resolve(this.api.notebookUrl(run.store, run.runId));
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  readonly newUntitled = refused;
  readonly delete = refused;
  readonly rename = refused;
  readonly save = refused;
  readonly copy = refused;
  readonly createCheckpoint = refused;
  readonly restoreCheckpoint = refused;
  readonly deleteCheckpoint = refused;

  /** JupyterLab does not bear a file without times. */
  private model(localPath: string, time: string): Contents.IModel {
    return {
      name: PathExt.basename(localPath),
      path: localPath,
      type: 'notebook',
      format: 'json',
      mimetype: 'application/x-ipynb+json',
      content: null,
      writable: false,
      created: time,
      last_modified: time
    };
  }

  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  private _isDisposed = false;
}

/** The notebook, with none of its outputs trusted whatever its metadata say. */
export function distrusted(notebook: INotebookContent): INotebookContent {
  const cells = notebook.cells.map(cell => ({
    ...cell,
    metadata: { ...cell.metadata, trusted: false }
  }));
  return { ...notebook, cells: cells };
}

function refused(): Promise<never> {
  return Promise.reject(new Error('What a run kept is not changed: save a copy.'));
}
