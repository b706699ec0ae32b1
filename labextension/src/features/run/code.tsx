/** The source that a run executed, and the cells before it. */

import type { JSX } from 'react';
import { formatDuration } from '../../values/format';
import type { ICell } from '../../core/tokens';
import { Code } from '../../ui/code';
import { Folded } from '../../ui/parts';
import { Loading } from '../../ui/states';
import { useUi } from '../../ui/ui';

export function CodeTab({ cells }: { cells: readonly ICell[] | null }): JSX.Element {
  const { trans } = useUi();
  if (cells === null) {
    return <Loading rows={3} />;
  }
  const own = cells.filter(cell => cell.own);
  const before = cells.filter(cell => !cell.own);
  return (
    <div className="mlnb-Cells">
      {own.length + before.length === 0 && (
        <p className="mlnb-Quiet">{trans.__('No source was recorded')}</p>
      )}
      {own.map(cell => (
        <CellView key={cell.ordinal} cell={cell} />
      ))}
      {before.length > 0 && (
        <Folded
          summary={trans._n(
            '%1 cell was executed before it',
            '%1 cells were executed before it, in this order',
            before.length
          )}
        >
          {before.map(cell => (
            <CellView key={cell.ordinal} cell={cell} />
          ))}
        </Folded>
      )}
    </div>
  );
}

function CellView({ cell }: { cell: ICell }): JSX.Element {
  const { trans } = useUi();
  return (
    <div className="mlnb-Cell">
      <div className="mlnb-Cell-side">
        <span>[{cell.execution_count ?? ' '}]</span>
        <span>{formatDuration(cell.duration_s)}</span>
      </div>
      <div className="mlnb-Cell-main">
        <Code source={cell.source} />
        {(cell.reads.length > 0 || cell.writes.length > 0) && (
          <div className="mlnb-Cell-names">
            {cell.reads.length > 0 && (
              <span>
                {trans.__('reads')} <code>{cell.reads.join(', ')}</code>
              </span>
            )}
            {cell.writes.length > 0 && (
              <span>
                {trans.__('writes')} <code>{cell.writes.join(', ')}</code>
              </span>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
