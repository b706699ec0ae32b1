/** The body of the promotion dialog: which model and alias, from which version to which, and the gates. */

import type { JSX } from 'react';
import { useEffect, useRef, useState } from 'react';
import { useModel } from '../../core/model';
import type { PromotionModel } from './model';
import { Gates } from '../../ui/gates';
import { Alias } from '../../ui/parts';
import { Refusal } from '../../ui/states';
import { useUi } from '../../ui/ui';

const TYPING_MS = 300;

export function PromoteForm({ model }: { model: PromotionModel }): JSX.Element {
  const { trans } = useUi();
  useModel(model);
  const [name, setName] = useState(model.model);
  const [alias, setAlias] = useState(model.alias);
  const [note, setNote] = useState('');
  useEffect(() => {
    if (name === model.model && alias === model.alias) {
      return;
    }
    const timer = window.setTimeout(
      () => void model.setTarget(name.trim(), alias.trim()),
      TYPING_MS
    );
    return () => window.clearTimeout(timer);
  }, [name, alias, model]);

  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const aliases = new Set(model.known.flatMap(known => Object.keys(known.aliases)));
  return (
    <div className="mlnb-PromoteForm">
      <div className="mlnb-PromoteForm-run">{trans.__('The model of %1', model.run.name)}</div>
      {model.run.models.length > 1 && (
        <label>
          {trans.__('Which')}
          <select
            className="jp-mod-styled"
            value={model.run.models.indexOf(model.file)}
            onChange={event => {
              const file = model.run.models[Number(event.target.value)];
              if (file !== undefined) {
                void model.setFile(file);
              }
            }}
          >
            {model.run.models.map(({ run_id, run_name, name }, index) => (
              <option key={`${run_id}-${name}`} value={index}>
                {run_id === model.run.run_id ? name : `${run_name}: ${name}`}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {trans.__('Model')}
        <input
          ref={first}
          className="jp-mod-styled"
          list="mlnb-models"
          value={name}
          spellCheck={false}
          onChange={event => setName(event.target.value)}
        />
        <datalist id="mlnb-models">
          {model.known.map(known => (
            <option key={known.model} value={known.model} />
          ))}
        </datalist>
      </label>
      <label>
        {trans.__('Alias')}
        <input
          className="jp-mod-styled"
          list="mlnb-aliases"
          value={alias}
          spellCheck={false}
          onChange={event => setAlias(event.target.value)}
        />
        <datalist id="mlnb-aliases">
          {['champion', ...aliases].map(known => (
            <option key={known} value={known} />
          ))}
        </datalist>
      </label>
      <Outcome model={model} />
      <label>
        {trans.__('Reason')}
        <textarea
          className="jp-mod-styled"
          rows={2}
          value={note}
          placeholder={trans.__('Kept with the promotion, for those who ask later')}
          onChange={event => {
            setNote(event.target.value);
            model.note = event.target.value;
          }}
        />
      </label>
      <Refusal error={model.problem} />
    </div>
  );
}

/** From which version to which, and what the gates say to it. */
function Outcome({ model }: { model: PromotionModel }): JSX.Element {
  const { trans } = useUi();
  const { version, holder, trial } = model;
  if (version === null) {
    return (
      <div className="mlnb-PromoteForm-outcome">
        <p>
          {trans.__(
            'This run has no version of %1 yet. The gates are tried once it has one.',
            model.model
          )}
        </p>
        <button
          type="button"
          className="mlnb-Action"
          disabled={model.busy || model.model === ''}
          onClick={() => void model.register()}
        >
          {trans.__('Register as a version')}
        </button>
      </div>
    );
  }
  const passed = trial?.gates.every(gate => gate.passed) ?? false;
  return (
    <div className="mlnb-PromoteForm-outcome" aria-live="polite" aria-busy={model.busy}>
      <div className="mlnb-PromoteForm-move">
        <Alias name={model.alias} />
        <span>
          {holder === null ? trans.__('nothing') : trans.__('version %1', holder)} →{' '}
          <b>{trans.__('version %1', version.version)}</b>
        </span>
      </div>
      {holder === version.version && (
        <p className="mlnb-Quiet">{trans.__('The alias points there already.')}</p>
      )}
      {trial?.gates.length === 0 && (
        <p className="mlnb-Quiet">{trans.__('No gates are set: nothing is checked.')}</p>
      )}
      {trial && <Gates gates={trial.gates} />}
      {trial && !passed && trial.gates.length > 0 && (
        <p className="mlnb-Refusal">{trans.__('A gate refuses this promotion.')}</p>
      )}
    </div>
  );
}
