/** Rows of values, a column a run: those that differ, then those that don't, folded. */

import type { JSX, ReactNode } from 'react';
import { apart } from '../../values/doubled';
import { formatCount, formatScalar, formatTogether, toNumber } from '../../values/format';
import { best } from '../../values/metrics';
import type { IDataRow, IRunRow, IValueRow, Num, Scalar } from '../../core/tokens';
import { Change, Folded, Name } from '../../ui/parts';
import { useUi } from '../../ui/ui';

export function SectionRow(props: {
  title: string;
  width: number;
  aside?: ReactNode;
}): JSX.Element {
  return (
    <tr className="mlnb-Compare-section">
      <th colSpan={props.width} scope="colgroup">
        {props.title}
        {props.aside}
      </th>
    </tr>
  );
}

/** The rows that differ, then those that don't, folded. */
export function ValueRows<T extends IValueRow<unknown>>(props: {
  title: string;
  rows: readonly T[];
  width: number;
  render: (row: T) => ReactNode;
}): JSX.Element | null {
  const { trans } = useUi();
  const { rows } = props;
  if (rows.length === 0) {
    return null;
  }
  const { told, doubled } = apart(rows);
  const same = told.filter(row => !row.differs);
  const differing = told.filter(row => row.differs);
  const folded = (same.length > 0 || doubled.length > 0) && (
    <>
      {same.length > 0 && (
        <Folded summary={trans.__('Same in all: %1', same.length)}>
          <ul className="mlnb-Same">
            {same.map(row => (
              <li key={row.name}>
                <Name name={row.name} /> <span>{sameText(row)}</span>
              </li>
            ))}
          </ul>
        </Folded>
      )}
      {doubled.length > 0 && (
        <Folded
          summary={trans._n(
            '%1 more says the same under a longer name',
            '%1 more say the same under longer names',
            doubled.length
          )}
        >
          <ul className="mlnb-Same">
            {doubled.map(({ name }) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </Folded>
      )}
    </>
  );
  if (differing.length === 0) {
    return (
      <tbody>
        <tr className="mlnb-Compare-section">
          <th scope="rowgroup">{props.title}</th>
          <td colSpan={props.width}>{folded}</td>
        </tr>
      </tbody>
    );
  }
  return (
    <tbody>
      <SectionRow title={props.title} width={props.width + 1} />
      {differing.map(row => (
        <tr key={row.name}>
          <th scope="row" title={row.name}>
            <Name name={row.name} />
          </th>
          {props.render(row)}
        </tr>
      ))}
      {folded && (
        <tr>
          <td colSpan={props.width + 1}>{folded}</td>
        </tr>
      )}
    </tbody>
  );
}

function sameText(row: IValueRow<unknown>): string {
  const value = row.values[0];
  if (typeof value === 'object' && value !== null && 'digest' in value) {
    return String(value.digest).slice(0, 8);
  }
  return formatScalar(value as Scalar);
}

export function MetricCells(props: { row: IValueRow<Num>; runs: readonly IRunRow[] }): JSX.Element {
  const { row, runs } = props;
  const numbers = row.values.map(value => toNumber(value));
  const texts = formatTogether(numbers);
  const winner = best(row.name, numbers);
  return (
    <>
      {runs.map((run, index) => (
        <td key={run.run_id} className="mlnb-Number">
          <span className={index === winner ? 'mlnb-Best' : undefined}>
            {numbers[index] === null ? '–' : texts[index]}
          </span>
          <span className="mlnb-Compare-change">
            {index > 0 && (
              <Change
                metric={row.name}
                value={numbers[index] ?? null}
                before={numbers[0] ?? null}
                against={runs[0]?.name ?? ''}
              />
            )}
          </span>
        </td>
      ))}
    </>
  );
}

/** Values like the baseline's are dimmed. */
export function TextCells({ values }: { values: readonly string[] }): JSX.Element {
  return (
    <>
      {values.map((value, index) => (
        <td
          key={index}
          className={`mlnb-Number${index > 0 && value === values[0] ? ' mlnb-mod-dimmed' : ''}`}
          title={value}
        >
          {value}
          <span className="mlnb-Compare-change" />
        </td>
      ))}
    </>
  );
}

export function DataCells({ row }: { row: IDataRow }): JSX.Element {
  return (
    <TextCells
      values={row.values.map(value =>
        value === null
          ? '–'
          : [
              value.rows === null ? null : formatCount(value.rows),
              value.columns === null ? null : `× ${value.columns}`,
              value.digest.slice(0, 8)
            ]
              .filter(Boolean)
              .join(' ')
      )}
    />
  );
}
