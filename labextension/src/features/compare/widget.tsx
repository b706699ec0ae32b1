import { compareIcon } from '../../ui/icons';
import { MainView } from '../../ui/mainview';
import { type IContext, openRun } from '../context';
import type { ICompareAbout } from '.';
import { CompareModel } from './model';
import { CompareView } from './view';

export function compareView(
  { app, workspace }: IContext,
  about: ICompareAbout
): MainView<ICompareAbout> {
  const { store_id } = about;
  const model = new CompareModel(workspace.api, store_id, about.runs, () =>
    workspace.curves.idle()
  );
  const view = new MainView<ICompareAbout>(workspace, {
    kind: 'compare',
    about,
    model,
    inHand: () => [...model.runIds],
    content: () => (
      <CompareView
        model={model}
        curves={workspace.curves}
        artifactUrl={artifact => workspace.api.artifactUrl(store_id, artifact)}
        onOpen={openRun(app.commands, store_id)}
      />
    )
  });
  view.title.icon = compareIcon;
  const rename = (): void => {
    view.remember({ about: { runs: [...model.runIds], store_id } });
    const names = model.comparison?.runs.map(({ name }) => name) ?? [];
    view.title.label =
      names.length === 2
        ? names.join(' · ')
        : workspace.trans._n('%1 run', '%1 runs compared', model.runIds.length);
    view.title.caption = names.join(', ');
  };
  rename();
  model.changed.connect(rename);
  return view;
}
