/** The panel's own features. A new one is a folder, and a line here. */

import type { IContext } from './context';
import { batchFeature } from './batch';
import { compareFeature } from './compare';
import { modelsFeature } from './models';
import { runFeature } from './run';
import { runsFeature } from './runs';

export function addFeatures(context: IContext): void {
  const { features } = context.workspace;
  features.add(runFeature(context));
  features.add(compareFeature(context));
  features.add(runsFeature(context));
  features.add(batchFeature(context));
  features.add(modelsFeature(context));
}
