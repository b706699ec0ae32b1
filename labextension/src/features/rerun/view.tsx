/** The body of the rerun dialog: the notebook's parameters, each with a value, several, or a range. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';
import { formatCount, formatDuration } from '../../values/format';
import { useModel } from '../../core/model';
import { MOST_WORKERS, type RerunModel, type Understood } from './model';
import { fileName } from '../../core/paths';
import type { IParameter } from '../../core/tokens';
import { Loading, Refusal } from '../../ui/states';
import { useUi } from '../../ui/ui';

export function RerunForm({ model }: { model: RerunModel }): JSX.Element {
  const { trans } = useUi();
  useModel(model);
  const { parameters, origin, problem } = model;
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
      {parameters !== null && parameters.length > 0 && (
        <>
          <div className="mlnb-RerunForm-fields">
            {parameters.map(parameter => (
              <Field key={parameter.name} model={model} parameter={parameter} />
            ))}
          </div>
          <p className="mlnb-RerunForm-hint">
            {trans.__('A value, several:')} <code>0.1, 0.01</code> {trans.__('or a range:')}{' '}
            <code>loguniform(1e-4, 1e-1)</code> <code>uniform(0, 1)</code>{' '}
            <code>randint(2, 9)</code>
          </p>
        </>
      )}
      <Settings model={model} />
      <Sum model={model} />
      <Refusal error={problem} />
      {model.busy && parameters !== null && (
        <p className="mlnb-Quiet" role="status">
          {trans.__('Starting…')}
        </p>
      )}
    </div>
  );
}

function Field(props: { model: RerunModel; parameter: IParameter }): JSX.Element {
  const { trans } = useUi();
  const { model, parameter } = props;
  const { name, help, type } = parameter;
  const understood = model.understood(parameter);
  const wrong = understood?.problem != null;
  const note = noteOf(understood, trans);
  return (
    <label className="mlnb-RerunForm-field">
      <span className="mlnb-RerunForm-name" title={help || undefined}>
        <code>{name}</code> <span>{help || type}</span>
      </span>
      <span className="mlnb-RerunForm-value">
        <input
          className="jp-mod-styled"
          value={model.text(parameter)}
          placeholder={parameter.source}
          aria-label={name}
          aria-invalid={wrong}
          aria-describedby={note === '' ? undefined : `mlnb-rerun-${name}`}
          spellCheck={false}
          onChange={event => model.setText(name, event.target.value)}
        />
        <span id={`mlnb-rerun-${name}`} className={wrong ? 'mlnb-mod-wrong' : 'mlnb-Quiet'}>
          {note}
        </span>
      </span>
    </label>
  );
}

/** How a field was understood, where that isn't plain. */
function noteOf(understood: Understood | null, trans: TranslationBundle): string {
  if (understood === null) {
    return '';
  }
  const { count, problem, hint } = understood;
  if (problem !== null) {
    return hint === null ? problem : `${problem} (${hint})`;
  }
  return count === null
    ? trans.__('drawn at random')
    : count > 1
      ? trans._n('%1 value', '%1 values', count)
      : '';
}

function Settings({ model }: { model: RerunModel }): JSX.Element {
  const { trans } = useUi();
  return (
    <div className="mlnb-RerunForm-settings">
      <label>
        <span>{trans.__('Workers')}</span>
        <input
          className="jp-mod-styled"
          type="number"
          min={1}
          max={MOST_WORKERS}
          value={model.workers}
          onChange={event => model.setWorkers(Number(event.target.value))}
        />
      </label>
      {model.varied && (
        <label>
          <span>{trans.__('Samples')}</span>
          <input
            className="jp-mod-styled"
            type="number"
            min={1}
            value={model.samples ?? ''}
            placeholder={
              model.drawn ? undefined : trans.__('all %1', formatCount(model.combinations))
            }
            onChange={event =>
              model.setSamples(event.target.value === '' ? null : Number(event.target.value))
            }
          />
        </label>
      )}
      <label className="mlnb-RerunForm-title">
        <span>{trans.__('Name')}</span>
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
  );
}

/** What it comes to: how many runs, and how long they may take. */
function Sum({ model }: { model: RerunModel }): JSX.Element {
  const { trans } = useUi();
  const { count, seconds, workers } = model;
  const time =
    seconds === null
      ? null
      : trans._n(
          'about %2 with %1 worker',
          'about %2 with %1 workers',
          workers,
          formatDuration(seconds)
        );
  return (
    <p className="mlnb-RerunForm-count" aria-live="polite">
      {count === null ? '…' : trans._n('= %2 run', '= %2 runs', count, formatCount(count))}
      {time !== null && <span>, {time}</span>}
    </p>
  );
}
