import { ServerConnection } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { detail } from './examples';
import { distrusted, drivePath, RunDrive, runOf } from '../src/features/notebook/drive';

const ENDED = '2026-01-01T00:00:00Z';
const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    { cell_type: 'code', source: '1', metadata: { trusted: true }, outputs: [], execution_count: 1 }
  ]
};

describe('the drive of executed notebooks', () => {
  const drive = new RunDrive(
    {
      run: () => Promise.resolve(detail({ ended_at: ENDED })),
      notebook: () => Promise.resolve(notebook),
      notebookUrl: () => 'url'
    },
    ServerConnection.makeSettings()
  );

  it('names a run in a path, and finds it there again', () => {
    const path = drivePath('01S', '01R', 'a/b:c.ipynb');
    expect(path).toBe('mlnb:01S/01R/a-b-c.ipynb');
    expect(runOf(path.slice('mlnb:'.length))).toEqual({ store: '01S', runId: '01R' });
    expect(runOf(drivePath(null, '01R', '').slice('mlnb:'.length))?.store).toBeNull();
  });

  it.each(['../01R/x.ipynb', '01S/../../x.ipynb', '01S/01R', 'x.ipynb', '01S/01R/x.txt'])(
    'finds nothing in %s',
    path => expect(runOf(path)).toBeNull()
  );

  it('gives a notebook that cannot be written, and of which no output is trusted', async () => {
    const model = await drive.get('01S/01R/x.ipynb');
    expect(model.writable).toBe(false);
    expect(model.last_modified).toBe(ENDED);
    expect(distrusted(notebook).cells[0]?.metadata.trusted).toBe(false);
    expect(JSON.stringify(model.content)).not.toContain('"trusted":true');
    await expect(drive.save()).rejects.toThrow('save a copy');
  });
});
