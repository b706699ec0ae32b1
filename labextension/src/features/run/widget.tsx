import { PageConfig } from '@jupyterlab/coreutils';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { CommandIDs } from '../../core/commands';
import { fromRoot } from '../../core/paths';
import { experimentsIcon } from '../../ui/icons';
import { MainView } from '../../ui/mainview';
import { type IContext, openRun } from '../context';
import type { IRunAbout } from '.';
import { RunModel } from './model';
import { RunView } from './view';

export function runView(
  { app, workspace }: IContext,
  about: IRunAbout,
  state: ReadonlyJSONObject | null
): MainView<IRunAbout> {
  const { commands } = app;
  const { run_id, store_id } = about;
  const model = new RunModel(workspace.api, store_id, run_id);
  const run = (command: string) => () => void commands.execute(command, { run_id, store_id });
  const view = new MainView<IRunAbout>(workspace, {
    kind: 'run',
    about,
    state,
    model,
    inHand: () => [run_id],
    content: () => (
      <RunView
        model={model}
        curves={workspace.curves}
        artifactUrl={artifact => workspace.api.artifactUrl(store_id, artifact)}
        onOpen={openRun(commands, store_id)}
        openable={path => fromRoot(path, PageConfig.getOption('serverRoot'))}
        onOpenNotebook={path => void commands.execute('docmanager:open', { path })}
        onOpenExecuted={run(CommandIDs.openExecuted)}
        onGather={run(CommandIDs.gather)}
        onCompare={runs => void commands.execute(CommandIDs.compare, { runs, store_id })}
        onPromote={run(CommandIDs.promote)}
        onRename={run(CommandIDs.rename)}
        onRerun={run(CommandIDs.rerun)}
        onTag={run(CommandIDs.tag)}
        onNote={note => model.edit({ note })}
        onModels={() => void commands.execute(CommandIDs.openModels, { store_id })}
        tab={typeof view.state?.tab === 'string' ? view.state.tab : null}
        onTab={tab => {
          view.remember({ state: { tab } });
          view.content.update();
        }}
      />
    )
  });
  view.title.icon = experimentsIcon;
  view.title.label = workspace.runs.row(run_id)?.name ?? workspace.trans.__('Run');
  model.changed.connect(() => {
    view.title.label = model.detail?.name ?? view.title.label;
    view.title.caption = model.detail ? `${model.detail.experiment} · ${model.detail.name}` : '';
  });
  return view;
}
