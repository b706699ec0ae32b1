/** How curves are drawn: smoothing, what stands across, logarithms. */

import type { JSX } from 'react';
import { ABSCISSAS, type Abscissa } from '../core/charts';
import { useModel } from '../core/model';
import { useUi } from './ui';

const MOST = 0.99;

export function ChartBar(): JSX.Element {
  const { trans, charts } = useUi();
  useModel(charts);
  const { smoothing, x, logX, logY } = charts.state;
  const names: Record<Abscissa, string> = {
    step: trans.__('step'),
    relative: trans.__('time since start'),
    time: trans.__('time of day')
  };
  return (
    <div className="mlnb-ChartBar" role="group" aria-label={trans.__('How curves are drawn')}>
      <label className="mlnb-Choice">
        <span>{trans.__('smoothing')}</span>
        <input
          type="range"
          min={0}
          max={MOST}
          step={0.01}
          value={smoothing}
          aria-label={trans.__('Smoothing')}
          onChange={event => charts.set({ smoothing: Number(event.target.value) })}
        />
        <output>{smoothing.toFixed(2)}</output>
      </label>
      <span className="mlnb-Choice">
        <span>{trans.__('across')}</span>
        <span className="mlnb-Segments" role="group" aria-label={trans.__('Across')}>
          {ABSCISSAS.map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={one === x}
              onClick={() => charts.set({ x: one })}
            >
              {names[one]}
            </button>
          ))}
        </span>
      </span>
      <span className="mlnb-Choice">
        <span>{trans.__('logarithmic')}</span>
        <span className="mlnb-Segments" role="group" aria-label={trans.__('Logarithmic axes')}>
          <button
            type="button"
            aria-pressed={logX && x !== 'time'}
            disabled={x === 'time'}
            onClick={() => charts.set({ logX: !logX })}
          >
            x
          </button>
          <button type="button" aria-pressed={logY} onClick={() => charts.set({ logY: !logY })}>
            y
          </button>
        </span>
      </span>
    </div>
  );
}
