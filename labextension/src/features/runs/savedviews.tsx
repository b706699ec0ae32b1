/** The saved views of an experiment: a button, and behind it their list and a field for a new one. */

import { closeIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useState } from 'react';
import { useModel } from '../../core/model';
import type { ISavedView, SavedViewsModel } from './views';
import { Popover } from '../../ui/chooser';
import { useUi } from '../../ui/ui';

export interface ISavedViewsProps {
  model: SavedViewsModel;
  experiment: string | null;
  onApply: (view: ISavedView) => void;
  /** What is shown now, to be saved under a name. */
  current: (name: string) => ISavedView;
}

export function SavedViews(props: ISavedViewsProps): JSX.Element {
  const { trans } = useUi();
  useModel(props.model);
  return <Popover title={trans.__('Views')}>{close => <Views {...props} close={close} />}</Popover>;
}

function Views(props: ISavedViewsProps & { close: () => void }): JSX.Element {
  const { trans } = useUi();
  const { model, experiment, close } = props;
  const [name, setName] = useState('');
  const views = model.of(experiment);
  return (
    <>
      {views.length > 0 && (
        <ul className="mlnb-SavedViews">
          {views.map(view => (
            <li key={`${view.experiment ?? ''}/${view.name}`}>
              <button
                type="button"
                className="mlnb-SavedViews-name"
                title={view.table.where}
                onClick={() => {
                  props.onApply(view);
                  close();
                }}
              >
                <span>{view.name}</span>
                <span className="mlnb-Quiet">{view.experiment ?? trans.__('everywhere')}</span>
              </button>
              <button
                type="button"
                className="mlnb-IconButton"
                aria-label={trans.__('Delete the view %1', view.name)}
                onClick={() => void model.remove(view)}
              >
                <closeIcon.react tag="span" width="12px" height="12px" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        className="mlnb-SavedViews-new"
        onSubmit={event => {
          event.preventDefault();
          if (name.trim() !== '') {
            void model.save(props.current(name.trim()));
            close();
          }
        }}
      >
        <input
          type="text"
          value={name}
          aria-label={trans.__('Name of the view')}
          placeholder={
            experiment === null
              ? trans.__('Save this view as…')
              : trans.__('Save this view of %1 as…', experiment)
          }
          onChange={event => setName(event.target.value)}
        />
        <button type="submit" className="mlnb-Action mlnb-mod-primary" disabled={!name.trim()}>
          {trans.__('Save')}
        </button>
      </form>
      <p className="mlnb-Quiet">
        {trans.__('It keeps the filters, the order, the columns and the plots.')}
      </p>
    </>
  );
}
