/** The body of the rerun dialog: the notebook's parameters, each with a value or several. */

import type { JSX } from 'react';
import { formatCount } from '../format';
import { useModel } from '../models/model';
import type { RerunModel } from '../models/rerun';
import { fileName } from '../paths';
import { Loading } from './states';
import { useUi } from './ui';

export function RerunForm({ model }: { model: RerunModel }): JSX.Element {
  const { trans } = useUi();
  useModel(model);
  const { parameters, origin, problem, count } = model;
  return (
    <div className="mlnb-RerunForm">
      <div className="mlnb-Quiet">
        {origin.run === undefined
          ? trans.__('%1 as it is now', fileName(origin.notebook))
          : trans.__('The notebook of %1', origin.run.name)}
      </div>
      {parameters === null && problem === null && <Loading rows={3} />}
      {parameters?.length === 0 && (
        <p className="mlnb-Quiet">
          {trans.__('It has no cell tagged “parameters”, so nothing can be set from outside.')}
        </p>
      )}
      {parameters?.map(parameter => (
        <label key={parameter.name}>
          <span className="mlnb-RerunForm-name">
            <code>{parameter.name}</code> <span>{parameter.help}</span>
          </span>
          <input
            className="jp-mod-styled"
            value={model.text(parameter)}
            placeholder={parameter.default}
            aria-label={parameter.name}
            spellCheck={false}
            onChange={event => model.setText(parameter.name, event.target.value)}
          />
        </label>
      ))}
      <p className="mlnb-Quiet">{trans.__('Several values, with commas, are tried one by one.')}</p>
      <div className="mlnb-RerunForm-pair">
        <label>
          <span className="mlnb-RerunForm-name">{trans.__('Workers')}</span>
          <input
            className="jp-mod-styled"
            type="number"
            min={1}
            max={64}
            value={model.workers}
            onChange={event => model.setWorkers(Number(event.target.value))}
          />
        </label>
        <label>
          <span className="mlnb-RerunForm-name">{trans.__('Name')}</span>
          <input
            className="jp-mod-styled"
            placeholder={trans.__('made up, if left empty')}
            spellCheck={false}
            onChange={event => {
              model.name = event.target.value;
            }}
          />
        </label>
      </div>
      <p className="mlnb-RerunForm-count" aria-live="polite">
        {trans._n('= %2 run', '= %2 runs', count, formatCount(count))}
      </p>
      {problem && (
        <p className="mlnb-PromoteForm-problem" role="alert">
          {problem.message}
          {problem.hint && ` (${problem.hint})`}
        </p>
      )}
    </div>
  );
}
