/** One display of a notebook, drawn from what the notebook keeps of it. */

import type { JSX } from 'react';
import { BatchProgress } from './batchprogress';
import { ComparisonView } from './comparisonview';
import { LiveView } from './liveview';
import { RunsView } from './runsview';
import type { IHost, View } from './tokens';

export function NotebookView({ view, host }: { view: View; host: IHost }): JSX.Element {
  switch (view.kind) {
    case 'live':
      return <LiveView view={view} host={host} />;
    case 'runs':
      return <RunsView view={view} host={host} />;
    case 'comparison':
      return <ComparisonView view={view} host={host} />;
    case 'batch':
      return <BatchProgress view={view} host={host} />;
  }
}
