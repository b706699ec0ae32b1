/** The names of the commands, and what they take. */

export namespace CommandIDs {
  /** `{run_id, store_id}` */
  export const openRun = 'mlnb:open-run';
  /** `{runs: [run_id, …], store_id}`; without arguments what is selected. */
  export const compare = 'mlnb:compare';
  /** `{run_id, store_id, model?, version?, alias?}`; without arguments what is selected. */
  export const promote = 'mlnb:promote';
  /** `{store_id}` */
  export const openRuns = 'mlnb:open-runs';
  /** `{store_id}` */
  export const openModels = 'mlnb:open-models';
  /** `{path}` of a notebook, `{run_id, store_id}`; without arguments the notebook in front. */
  export const rerun = 'mlnb:rerun';
  /** `{batch_id, store_id}` */
  export const openBatch = 'mlnb:open-batch';
  export const showExperiments = 'mlnb:show-experiments';
  export const refresh = 'mlnb:refresh';
  /** `{run_id, store_id}` */
  export const rename = 'mlnb:rename-run';
  /** `{runs, store_id}` */
  export const tag = 'mlnb:tag-runs';
  /** `{runs, store_id}` */
  export const remove = 'mlnb:delete-runs';
  /** `{column}`; without arguments the column that the context menu was opened on. */
  export const pinColumn = 'mlnb:pin-column';
  export const hideColumn = 'mlnb:hide-column';
  /** `{run_id, store_id}` */
  export const gather = 'mlnb:gather-run';
  /** `{run_id, store_id}` */
  export const openExecuted = 'mlnb:open-executed-notebook';
  export const copyId = 'mlnb:copy-run-id';
  /** `{runs, store_id}` */
  export const copyLink = 'mlnb:copy-link';
  export const trackCell = 'mlnb:track-cell';
}

/** The arguments that commands on runs take. */
export interface IRunsArgs {
  runs: string[];
  storeId: string | null;
}

/** Arguments as commands get them: anything, from anywhere. */
export function runsFrom(args: Record<string, unknown>): IRunsArgs {
  const runs = Array.isArray(args.runs)
    ? args.runs.filter((run): run is string => typeof run === 'string')
    : typeof args.run_id === 'string'
      ? [args.run_id]
      : [];
  return { runs, storeId: textIn(args, 'store_id') };
}

/** An argument that is a text; null where it is none. */
export function textIn(args: Readonly<Record<string, unknown>>, name: string): string | null {
  const found = args[name];
  return typeof found === 'string' ? found : null;
}
