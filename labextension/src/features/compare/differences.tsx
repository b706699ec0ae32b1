/** What differs, one line each: the first thing that is read in a comparison. */

import type { JSX } from 'react';
import { useMemo } from 'react';
import { differences, type IDifference, type Part } from './different';
import { lastPart } from '../../values/format';
import type { IComparison } from '../../core/tokens';
import { Folded } from '../../ui/parts';
import { SectionRow } from './rows';
import { useUi } from '../../ui/ui';

const FEW = 12;
const VALUES = 6;

export function Differences({ comparison }: { comparison: IComparison }): JSX.Element {
  const { trans } = useUi();
  const found = useMemo(() => differences(comparison), [comparison]);
  const width = comparison.runs.length + 1;
  const rest = found.length > FEW + 2 ? found.slice(FEW) : [];
  return (
    <tbody>
      <SectionRow title={trans.__('Differences')} width={width} />
      <tr>
        <td colSpan={width}>
          {found.length === 0 ? (
            <p className="mlnb-Quiet">
              {trans.__('Parameters, data, code and environment are the same.')}
            </p>
          ) : (
            <Lines found={found.slice(0, found.length - rest.length)} />
          )}
          {rest.length > 0 && (
            <Folded summary={trans.__('%1 more', rest.length)}>
              <Lines found={rest} />
            </Folded>
          )}
        </td>
      </tr>
    </tbody>
  );
}

function Lines({ found }: { found: readonly IDifference[] }): JSX.Element {
  const { trans } = useUi();
  const parts: Record<Part, string> = {
    params: trans.__('parameter'),
    data: trans.__('data'),
    code: trans.__('code'),
    environment: trans.__('environment')
  };
  return (
    <ul className="mlnb-Differences">
      {found.map((difference, index) => (
        <li key={`${difference.part}-${difference.name}-${index}`}>
          <span className="mlnb-Quiet">
            {parts[difference.part] === parts[found[index - 1]?.part ?? 'code'] && index > 0
              ? ''
              : parts[difference.part]}
          </span>
          <Difference {...difference} />
        </li>
      ))}
    </ul>
  );
}

function Difference({ part, name, values, columns, lines, title }: IDifference): JSX.Element {
  const { trans } = useUi();
  if (part === 'code') {
    return (
      <>
        <code title={title}>{title}</code>{' '}
        <span>{trans._n('%1 line changed', '%1 lines changed', lines ?? 0)}</span>
      </>
    );
  }
  if (part === 'data') {
    const changed = columns ?? [];
    const told = changed.slice(0, VALUES).join(', ') + (changed.length > VALUES ? ', …' : '');
    return (
      <>
        <b title={name}>{name}</b>{' '}
        <span title={changed.join(', ')}>
          {changed.length === 0
            ? trans.__('differs')
            : trans._n('column %2 changed', 'columns %2 changed', changed.length, told)}
        </span>
      </>
    );
  }
  const distinct = [...new Set(values)];
  return (
    <>
      <b title={name}>{lastPart(name)}</b>{' '}
      <span>
        {distinct.slice(0, VALUES).join(distinct.length === 2 ? ' → ' : ' · ')}
        {distinct.length > VALUES && trans.__(' … (%1 values)', distinct.length)}
      </span>
    </>
  );
}
