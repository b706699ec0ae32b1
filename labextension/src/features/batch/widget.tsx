import { CommandIDs } from '../../core/commands';
import { experimentsIcon } from '../../ui/icons';
import { MainView } from '../../ui/mainview';
import { type IContext, openRun } from '../context';
import type { IBatchAbout } from '.';
import { BatchModel } from './model';
import { BatchView } from './view';

export function batchView({ app, workspace }: IContext, about: IBatchAbout): MainView<IBatchAbout> {
  const { commands } = app;
  const { batch_id, store_id } = about;
  const model = new BatchModel(workspace.api, store_id, batch_id);
  const view = new MainView(workspace, {
    kind: 'batch',
    about,
    model,
    content: () => (
      <BatchView
        model={model}
        onOpen={openRun(commands, store_id)}
        onCompare={runs => void commands.execute(CommandIDs.compare, { runs, store_id })}
      />
    )
  });
  view.title.icon = experimentsIcon;
  view.title.label = workspace.trans.__('Batch');
  model.changed.connect(() => {
    view.title.label = model.batch?.name ?? view.title.label;
  });
  return view;
}
