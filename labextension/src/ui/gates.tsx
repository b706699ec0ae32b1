import type { JSX } from 'react';
import type { IGateResult } from '../core/tokens';
import { useUi } from './ui';

/** Each gate with its verdict, its rule and the sentence that says why. */
export function Gates({ gates }: { gates: readonly IGateResult[] }): JSX.Element {
  const { trans } = useUi();
  return (
    <ul className="mlnb-Checks">
      {gates.map(({ name, passed, message }) => (
        <li key={name} className={passed ? 'mlnb-mod-passed' : 'mlnb-mod-refused'}>
          <span className="mlnb-Hidden">{passed ? trans.__('passed') : trans.__('refused')}</span>
          <code>{name}</code>
          <span>{message}</span>
        </li>
      ))}
    </ul>
  );
}
