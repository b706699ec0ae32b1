/** Models: their versions, which alias points where, and how it came to point there. */

import type { DragEvent, JSX } from 'react';
import { useState } from 'react';
import { formatAge, formatTime } from '../../values/format';
import { useModel } from '../../core/model';
import type { RegistryModel } from './model';
import type { IModel, IModelVersion, IPromotion } from '../../core/tokens';
import { useAttempt } from '../../ui/attempt';
import { useNow } from '../../ui/clock';
import { Gates } from '../../ui/gates';
import { Alias } from '../../ui/parts';
import { Banner, Loading, Notice, Problem, Refusal } from '../../ui/states';
import { useUi } from '../../ui/ui';

const DRAGGED = 'application/x-mlnb-alias';

export interface IModelsViewProps {
  model: RegistryModel;
  onOpenRun: (runId: string) => void;
  /** Ask about a promotion; an alias that was dragged to the version is the one that is meant. */
  onPromote: (model: IModel, version: IModelVersion, alias?: string) => void;
  onRollBack: (
    model: string,
    alias: string,
    note: string,
    expected: number | null
  ) => Promise<void>;
}

export function ModelsView(props: IModelsViewProps): JSX.Element {
  const { trans } = useUi();
  const { model: registry } = props;
  useModel(registry);
  const { models, selected, problem } = registry;
  const retry = (): void => void registry.refresh();
  if (models === null) {
    return problem ? <Problem error={problem} onRetry={retry} /> : <Loading rows={5} />;
  }
  if (selected === null) {
    return (
      <Notice title={trans.__('No models yet')}>
        <p>
          {trans.__(
            'Promote a run that kept a model: it becomes version 1, and an alias points at it.'
          )}
        </p>
      </Notice>
    );
  }
  return (
    <div className="mlnb-View-page">
      {problem && <Banner error={problem} onRetry={retry} />}
      <div className="mlnb-Models">
        <nav aria-label={trans.__('Models')}>
          {models.map(({ model, versions }) => (
            <button
              key={model}
              type="button"
              className="mlnb-Models-name"
              aria-current={model === selected.model}
              onClick={() => registry.select(model)}
            >
              {model}
              <span>{versions.length}</span>
            </button>
          ))}
        </nav>
        <div className="mlnb-Models-main">
          <h1>{selected.model}</h1>
          <Versions {...props} selected={selected} />
          <History {...props} selected={selected} />
        </div>
      </div>
    </div>
  );
}

function Versions(props: IModelsViewProps & { selected: IModel }): JSX.Element {
  const { trans } = useUi();
  const { selected } = props;
  const now = useNow();
  const [over, setOver] = useState<number | null>(null);
  const onDrop = (event: DragEvent, version: IModelVersion): void => {
    const alias = event.dataTransfer.getData(DRAGGED);
    setOver(null);
    if (alias !== '' && !version.aliases.includes(alias)) {
      event.preventDefault();
      props.onPromote(selected, version, alias);
    }
  };
  return (
    <table className="mlnb-Table mlnb-Versions">
      <thead>
        <tr>
          <th scope="col">{trans.__('version')}</th>
          <th scope="col">{trans.__('aliases')}</th>
          <th scope="col">{trans.__('run')}</th>
          <th scope="col">{trans.__('format')}</th>
          <th scope="col">{trans.__('made')}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {selected.versions.map(version => (
          <tr
            key={version.version}
            className={over === version.version ? 'mlnb-mod-over' : undefined}
            onDragOver={event => {
              if (event.dataTransfer.types.includes(DRAGGED)) {
                event.preventDefault();
                setOver(version.version);
              }
            }}
            onDragLeave={() => setOver(null)}
            onDrop={event => onDrop(event, version)}
          >
            <th scope="row">{version.version}</th>
            <td>
              {version.aliases.map(alias => (
                <Alias
                  key={alias}
                  name={alias}
                  drag={{
                    title: trans.__('Drag it to another version to promote that one'),
                    onStart: event => {
                      event.dataTransfer.setData(DRAGGED, alias);
                      event.dataTransfer.effectAllowed = 'move';
                    }
                  }}
                />
              ))}
            </td>
            <td>
              <button
                type="button"
                className="mlnb-Link"
                onClick={() => props.onOpenRun(version.run_id)}
              >
                {version.run_name ?? version.run_id}
              </button>
            </td>
            <td className="mlnb-Quiet">{version.format}</td>
            <td className="mlnb-Quiet" title={formatTime(version.created_at)}>
              {[formatAge(version.created_at, now, trans), version.created_by]
                .filter(Boolean)
                .join(' · ')}
            </td>
            <td className="mlnb-Number">
              <button
                type="button"
                className="mlnb-Action"
                onClick={() => props.onPromote(selected, version)}
              >
                {trans.__('Promote')}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function History(props: IModelsViewProps & { selected: IModel }): JSX.Element {
  const { trans } = useUi();
  const { promotions, model } = props.selected;
  const latest = new Set<string>();
  return (
    <section className="mlnb-Section">
      <h3>{trans.__('History')}</h3>
      {promotions.length === 0 && (
        <p className="mlnb-Quiet">{trans.__('Nothing was promoted yet')}</p>
      )}
      <ol className="mlnb-Timeline">
        {promotions.map(promotion => {
          // Only the alias's last move can be taken back: roll back returns to what it held before.
          const last = promotion.decision !== 'refused' && !latest.has(promotion.alias);
          if (last) {
            latest.add(promotion.alias);
          }
          return (
            <Step
              key={promotion.promotion_id}
              promotion={promotion}
              offered={last && promotion.from_version !== null}
              onRollBack={note =>
                props.onRollBack(model, promotion.alias, note, promotion.to_version)
              }
            />
          );
        })}
      </ol>
    </section>
  );
}

function Step(props: {
  promotion: IPromotion;
  /** It is the alias's last move, and can be taken back. */
  offered: boolean;
  onRollBack: (note: string) => Promise<void>;
}): JSX.Element {
  const { trans } = useUi();
  const { promotion } = props;
  const now = useNow();
  const decision = {
    promoted: trans.__('promoted'),
    refused: trans.__('refused'),
    rolled_back: trans.__('rolled back')
  }[promotion.decision];
  const version = (number: number | null): string =>
    number === null ? trans.__('nothing') : trans.__('version %1', number);
  return (
    <li className={`mlnb-Timeline-step mlnb-mod-${promotion.decision}`}>
      <div className="mlnb-Timeline-line">
        <Alias name={promotion.alias} />
        <span>
          {version(promotion.from_version)} → <b>{version(promotion.to_version)}</b>
        </span>
        <span className="mlnb-Timeline-decision">{decision}</span>
        {promotion.time && (
          <span className="mlnb-Quiet" title={formatTime(promotion.time)}>
            {[formatAge(promotion.time, now, trans), promotion.user].filter(Boolean).join(' · ')}
          </span>
        )}
        <RollBack {...props} to={version(promotion.from_version)} />
      </div>
      {promotion.note && <p className="mlnb-Timeline-note">{promotion.note}</p>}
      {promotion.gates.length > 0 && <Gates gates={promotion.gates} />}
    </li>
  );
}

/** Asks for a reason where it stands, instead of a dialog. What is being typed stays, though somebody else moves the alias. */
function RollBack(props: {
  to: string;
  offered: boolean;
  onRollBack: (note: string) => Promise<void>;
}): JSX.Element | null {
  const { trans } = useUi();
  const [note, setNote] = useState<string | null>(null);
  const { busy, problem, attempt } = useAttempt();
  if (note === null) {
    return !props.offered ? null : (
      <button type="button" className="mlnb-Link mlnb-mod-right" onClick={() => setNote('')}>
        {trans.__('Roll back to %1', props.to)}
      </button>
    );
  }
  return (
    <form
      className="mlnb-RollBack"
      onSubmit={event => {
        event.preventDefault();
        void attempt(() => props.onRollBack(note)).then(done => done && setNote(null));
      }}
    >
      <input
        className="jp-mod-styled"
        // The person has just asked for this field.
        ref={input => input?.focus()}
        value={note}
        placeholder={trans.__('Reason')}
        aria-label={trans.__('Reason for rolling back')}
        onChange={event => setNote(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            setNote(null);
          }
        }}
      />
      <button type="submit" className="mlnb-Action mlnb-mod-primary" disabled={busy}>
        {trans.__('Roll back')}
      </button>
      <Refusal error={problem} />
    </form>
  );
}
