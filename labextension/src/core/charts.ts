/** How curves are drawn, the same in every view. */

import { Model } from './model';

export const ABSCISSAS = ['step', 'relative', 'time'] as const;
export type Abscissa = (typeof ABSCISSAS)[number];

export interface IChartState {
  /** Weight of what came before in the moving average, from 0, no smoothing, to 0.99. */
  smoothing: number;
  x: Abscissa;
  logX: boolean;
  logY: boolean;
}

export class ChartsModel extends Model {
  get state(): Readonly<IChartState> {
    return this._state;
  }

  set(state: Partial<IChartState>): void {
    this._state = { ...this._state, ...state };
    this.notify();
  }

  private _state: IChartState = { smoothing: 0, x: 'step', logX: false, logY: false };
}
