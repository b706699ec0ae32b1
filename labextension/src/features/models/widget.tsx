import { CommandIDs } from '../../core/commands';
import type { IAbout } from '../../core/features';
import { modelsIcon } from '../../ui/icons';
import { MainView } from '../../ui/mainview';
import { type IContext, openRun } from '../context';
import { RegistryModel } from './model';
import { ModelsView } from './view';

export function modelsView({ app, workspace }: IContext, about: IAbout): MainView {
  const { commands } = app;
  const { store_id } = about;
  const model = new RegistryModel(workspace.api, store_id);
  const view = new MainView(workspace, {
    kind: 'models',
    about,
    model,
    content: () => (
      <ModelsView
        model={model}
        onOpenRun={run_id => openRun(commands, store_id)({ run_id })}
        onPromote={(chosen, version, alias) =>
          void commands.execute(CommandIDs.promote, {
            run_id: version.run_id,
            store_id,
            model: chosen.model,
            version: version.version,
            ...(alias === undefined ? {} : { alias })
          })
        }
        onRollBack={(...asked) => model.rollBack(...asked)}
      />
    )
  });
  view.title.icon = modelsIcon;
  view.title.label = workspace.trans.__('Models');
  return view;
}
