/** The tables, arrays and files that a run used, column by column. */

import type { JSX } from 'react';
import { formatBytes, formatCount, formatNumber, shortDigest, toNumber } from '../../values/format';
import type { IColumnProfile, IDataset, Scalar } from '../../core/tokens';
import { Histogram } from '../../ui/histogram';
import { useUi } from '../../ui/ui';

export function DataTab({ datasets }: { datasets: readonly IDataset[] }): JSX.Element {
  const { trans } = useUi();
  return (
    <>
      {datasets.length === 0 && (
        <p className="mlnb-Quiet">{trans.__('No table, array or file was seen')}</p>
      )}
      {datasets.map(data => (
        <section key={`${data.role}-${data.name}`} className="mlnb-Dataset">
          <header>
            <h4>{data.name}</h4>
            <span className="mlnb-Tag">{data.role}</span>
            <span className="mlnb-Quiet">
              {[
                data.type,
                data.rows === null ? null : shape(data.rows, data.columns),
                formatBytes(data.bytes)
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
            <code title={data.digest}>{shortDigest(data.digest)}</code>
          </header>
          {data.profile.length > 0 && <Columns columns={data.profile} />}
        </section>
      ))}
    </>
  );
}

export function shape(rows: number, columns: number | null): string {
  return columns === null ? formatCount(rows) : `${formatCount(rows)} × ${formatCount(columns)}`;
}

function Columns({ columns }: { columns: readonly IColumnProfile[] }): JSX.Element {
  const { trans } = useUi();
  return (
    <div className="mlnb-Scroll">
      <table className="mlnb-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('column')}</th>
            <th scope="col">{trans.__('type')}</th>
            <th scope="col">{trans.__('distribution')}</th>
            <th scope="col">{trans.__('empty')}</th>
            <th scope="col">{trans.__('distinct')}</th>
            <th scope="col">{trans.__('min')}</th>
            <th scope="col">{trans.__('mean')}</th>
            <th scope="col">{trans.__('max')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(column => (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
              <td className="mlnb-Quiet">{column.type}</td>
              <td>{column.histogram && <Histogram histogram={column.histogram} />}</td>
              <td className="mlnb-Number">{column.nulls ? formatCount(column.nulls) : ''}</td>
              <td className="mlnb-Number">
                {column.distinct == null ? '' : formatCount(column.distinct)}
              </td>
              <td className="mlnb-Number">{bound(column, column.min)}</td>
              <td className="mlnb-Number">{bound(column, column.mean)}</td>
              <td className="mlnb-Number">{bound(column, column.max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A column's bound: one table holds those of all columns as text, so numbers come as text too. */
function bound(column: IColumnProfile, value: Scalar | undefined): string {
  const numeric = /int|float|double|decimal/i.test(column.type);
  const number = toNumber(numeric && typeof value === 'string' ? Number(value) : value);
  return number === null ? String(value ?? '') : formatNumber(number);
}
