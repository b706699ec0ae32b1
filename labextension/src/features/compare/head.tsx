/** The head of a comparison: a column a run, which can be dragged, pinned as the baseline, or left out. */

import { closeIcon } from '@jupyterlab/ui-components';
import type { DragEvent, JSX, KeyboardEvent } from 'react';
import { useState } from 'react';
import { pinIcon } from '../../ui/icons';
import type { CompareModel } from './model';
import type { IRunRow } from '../../core/tokens';
import { RunName } from '../../ui/parts';
import { StatusDot } from '../../ui/status';
import { useUi } from '../../ui/ui';

const DRAGGED = 'application/x-mlnb-run';

export function CompareHead(props: {
  runs: readonly IRunRow[];
  model: CompareModel;
  onOpen: (row: IRunRow) => void;
}): JSX.Element {
  const [over, setOver] = useState<number | null>(null);
  const { runs, model } = props;
  const onDrop = (event: DragEvent, place: number): void => {
    const runId = event.dataTransfer.getData(DRAGGED);
    setOver(null);
    if (runId !== '') {
      event.preventDefault();
      void model.move(runId, place);
    }
  };
  return (
    <thead>
      <tr>
        <td />
        {runs.map((run, index) => (
          <th
            key={run.run_id}
            scope="col"
            className={over === index ? 'mlnb-mod-over' : undefined}
            draggable
            data-mlnb-run={run.run_id}
            onDragStart={event => {
              event.dataTransfer.setData(DRAGGED, run.run_id);
              event.dataTransfer.effectAllowed = 'move';
            }}
            onDragOver={event => {
              if (event.dataTransfer.types.includes(DRAGGED)) {
                event.preventDefault();
                setOver(index);
              }
            }}
            onDragLeave={() => setOver(null)}
            onDrop={event => onDrop(event, index)}
          >
            <Run {...props} run={run} index={index} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Run(props: {
  run: IRunRow;
  index: number;
  runs: readonly IRunRow[];
  model: CompareModel;
  onOpen: (row: IRunRow) => void;
}): JSX.Element {
  const { trans, colors } = useUi();
  const { run, index, runs, model } = props;
  const baseline = index === 0;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault();
      const place = index + (event.key === 'ArrowLeft' ? -1 : 1);
      void model.move(run.run_id, Math.max(0, Math.min(runs.length - 1, place)));
    }
  };
  return (
    <>
      <div className="mlnb-Compare-run">
        <i style={{ background: colors.color(run.run_id).color }} />
        <StatusDot status={run.status} />
        <button
          type="button"
          className="mlnb-Link"
          title={trans.__('%1 · drag, or Alt with the arrow keys, to move', run.name)}
          onClick={() => props.onOpen(run)}
          onKeyDown={onKeyDown}
        >
          <RunName name={run.name} />
        </button>
        <button
          type="button"
          className="mlnb-IconButton"
          aria-pressed={baseline}
          title={baseline ? trans.__('The baseline') : trans.__('Make it the baseline')}
          aria-label={trans.__('Compare the others with %1', run.name)}
          onClick={() => void model.pin(run.run_id)}
        >
          <pinIcon.react tag="span" width="14px" height="14px" />
        </button>
        {runs.length > 2 && (
          <button
            type="button"
            className="mlnb-IconButton"
            title={trans.__('Leave out')}
            aria-label={trans.__('Leave out %1', run.name)}
            onClick={() => void model.drop(run.run_id)}
          >
            <closeIcon.react tag="span" width="14px" height="14px" />
          </button>
        )}
      </div>
      <div className="mlnb-Compare-role">{baseline ? trans.__('baseline') : run.experiment}</div>
    </>
  );
}
