/** What the plugins share: one server, one set of models, one book of colours. */

import type { Extension } from '@codemirror/state';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { ServiceManager } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import { Api } from './api';
import { ColorBook } from '../values/colors';
import type { IUi } from '../ui/ui';
import { Live } from './live';
import { ChartsModel } from './charts';
import { CurvesModel } from './curves';
import { Features } from './features';
import { RunListModel } from './runlist';
import { SelectionModel } from './selection';
import { StoresModel } from './stores';

export class Workspace {
  constructor(
    services: Pick<ServiceManager.IManager, 'serverSettings' | 'events'>,
    readonly trans: TranslationBundle,
    languages: IEditorLanguageRegistry,
    python: Extension
  ) {
    this.api = new Api(services.serverSettings);
    this.live = new Live(services.events.stream);
    this.stores = new StoresModel(this.api);
    this.runs = new RunListModel(this.api, this.stores);
    this.curves = new CurvesModel(this.api);
    this.ui = {
      trans,
      colors: new ColorBook(),
      charts: this.charts,
      python,
      highlight: (source, element) =>
        languages.highlight(source, languages.findByName('python'), element)
    };
    this.runs.changed.connect(() => {
      this.live.offline = this.runs.problem?.offline ?? false;
    });
    this.live.hinted.connect((_, hint) => {
      if (hint.kind === 'runs') {
        this.curves.forget(hint.runs);
      } else if (hint.kind === 'resumed') {
        this.curves.forget();
        void this.stores.resume();
      }
      void this.runs.catchUp(hint);
    });
  }

  /** What commands without arguments are about: the runs of the view that was touched last. */
  takeInHand(owner: object, runs: () => string[], storeId: string | null = null): void {
    this.hand = { owner, runs, storeId };
  }

  /** Give it back to the sidebar; with an owner, only where it is theirs. */
  letGo(owner?: object): void {
    if (owner === undefined || this.hand?.owner === owner) {
      this.hand = null;
    }
  }

  get inHand(): string[] {
    const runs = this.hand?.runs() ?? [];
    return runs.length > 0 ? runs : this.selection.inHand();
  }

  /** The store of what is in hand, where it isn't the one in view. */
  get storeInHand(): string | null {
    return this.hand?.storeId ?? null;
  }

  readonly features = new Features();
  readonly api: Api;
  readonly live: Live;
  readonly stores: StoresModel;
  readonly runs: RunListModel;
  readonly selection = new SelectionModel();
  readonly curves: CurvesModel;
  readonly charts = new ChartsModel();
  readonly ui: IUi;
  private hand: { owner: object; runs: () => string[]; storeId: string | null } | null = null;
}

export const IWorkspace = new Token<Workspace>(
  'mlnb:IWorkspace',
  'The models behind the Experiments panel.'
);
