/** Made from openapi.json by schema.mjs. */

export interface paths {
  '/artifacts/{sha256}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A stored file's bytes. `name` and `media_type` say under which name and type to send it. */
    get: operations['artifact'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/columns': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every column that the runs that match have: in how many of them, whether it is constant, its bounds. */
    get: operations['list_columns'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** 2 to 20 runs (`runs=a,b,c`): parameters, metrics, data, code, environment and figures. */
    get: operations['compare_runs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/gatherings/{gathering_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far it is, and what came of it. */
    get: operations['show_gathering'];
    put?: never;
    post?: never;
    /** Stop looking for a smaller one, as Ctrl-C does: the best so far is written. */
    delete: operations['stop_gathering'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/histories': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One metric's curves in up to 50 runs (`runs=a,b,c`), as `history` tells each; null where a run hasn't got it. */
    get: operations['histories'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every model with its versions, aliases and promotions, newest first. */
    get: operations['list_models'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{model}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give the model of a run the next version. */
    post: operations['register'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{model}/versions/{version}/card': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The version's model card, made now from what is recorded, as Markdown. */
    get: operations['show_card'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/names': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every recorded name of a parameter, metric or tag, for completing a query. */
    get: operations['list_names'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/notebooks/parameters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the `parameters` cell of a notebook, or of a run's own notebook, assigns. */
    get: operations['notebook_parameters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The OpenAPI description of these endpoints. */
    get: operations['describe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/plans': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** How the texts of a form are understood, before anything is executed. */
    post: operations['plan_rerun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/promotions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Point an alias at a version, if its gates pass; 409 with the gates' answers if one doesn't. */
    post: operations['promote'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/reruns': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The batches, newest first. */
    get: operations['list_batches'];
    put?: never;
    /** Execute a notebook, or a run's notebook, with these parameters or for each set of a grid. */
    post: operations['start_batch'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/reruns/{batch_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A batch: its plan, its runs, and how many of them are in which state. */
    get: operations['show_batch'];
    put?: never;
    post?: never;
    /** Stop a batch as Ctrl-C does, whoever started it: it is asked to, and hears it soon. What has finished stays. */
    delete: operations['stop_batch'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/rollbacks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Point an alias at the version that held it before. */
    post: operations['roll_back'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of runs, newest first or as `order_by` says; with `since`, what changed after that cursor. */
    get: operations['list_runs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One run in full, with the run before it and its child runs. */
    get: operations['show_run'];
    put?: never;
    post?: never;
    /** Delete a run. One that a model version was made from needs `force=1`. */
    delete: operations['delete_run'];
    options?: never;
    head?: never;
    /** Rename, annotate or tag a run; a tag set to null is taken off. */
    patch: operations['edit_run'];
    trace?: never;
  };
  '/runs/{run_id}/cells': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The cells of the run, and those that ran before it in its session. */
    get: operations['cells'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/datasets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The data that the run used, with a profile of each column. */
    get: operations['datasets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/gather': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make a clean notebook that leads to a cell's run, and prove it; by default beside the run's notebook, by a name that is free. */
    post: operations['gather'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One metric's points by step, thinned to at most `max_points` that keep the curve's shape. */
    get: operations['history'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/notebook': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The executed notebook that the run kept, in nbformat's JSON. */
    get: operations['notebook'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/reproduce': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Repeat a run with its own source and parameters; the rerun gets a verdict on each part. */
    post: operations['reproduce'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ask a tracked cell that runs to stop, as the kernel's interrupt does; it hears it also while it is busy. */
    post: operations['stop_run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sql': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The first 10,000 rows of a query over the public tables; one that takes too long is stopped. */
    post: operations['run_sql'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/stores': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The stores that may be opened; `current` marks that of the notebook in `?path=`. */
    get: operations['list_stores'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** ArtifactDetail */
    ArtifactDetail: {
      bytes: number;
      kind: string;
      media_type: string;
      metadata: Record<string, unknown> | null;
      name: string;
      sha256: string;
      source: string | null;
    };
    /** BatchList */
    BatchList: {
      batches: components['schemas']['ListedBatch'][];
    };
    /**
     * BatchProgress
     * @description `total` is the number of runs in the plan, `done` those that have ended, `failed` those that ended badly, and
     *     `varied` the parameters in which the plan's runs differ.
     */
    BatchProgress: {
      batch_id: string;
      done: number;
      failed: number;
      name: string;
      /** @enum {unknown} */
      state: 'cancelled' | 'failed' | 'finished' | 'killed' | 'running';
      total: number;
      varied: string[];
    };
    /** BatchReply */
    BatchReply: {
      batch: components['schemas']['BatchRow'];
    };
    /** BatchRow */
    BatchRow: {
      batch_id: string;
      counts: components['schemas']['Counts'];
      ended_at: string | null;
      executor: string;
      name: string;
      notebook: string;
      plan: components['schemas']['PlannedRun'][];
      runs: components['schemas']['RunRow'][];
      source_sha256: string;
      started_at: string;
      /** @enum {unknown} */
      state: 'cancelled' | 'failed' | 'finished' | 'killed' | 'running';
      total: number;
    };
    /** CardText */
    CardText: {
      markdown: string;
    };
    /**
     * CellRow
     * @description `own` says that the cell belongs to the run itself and not to what ran before it.
     */
    CellRow: {
      cell_id: string | null;
      duration_s: number | null;
      execution_count: number | null;
      ordinal: number;
      own: boolean;
      reads: string[];
      source: string;
      status: string;
      writes: string[];
    };
    /** Cells */
    Cells: {
      cells: components['schemas']['CellRow'][];
    };
    /** Check */
    Check: {
      dataset: string;
      detail: string;
      name: string;
      passed: boolean;
    };
    /**
     * Column
     * @description A column of the table of runs. `runs` have a value in it, and in a constant one all have `value`; `repeats` is
     *     the column of a shorter name with the same values.
     */
    Column: {
      constant: boolean;
      greatest: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      /** @enum {unknown} */
      group: 'data' | 'metrics' | 'params' | 'run' | 'tags';
      least: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      name: string;
      numeric: boolean;
      repeats: string | null;
      runs: number;
      value: string | number | boolean | null;
    };
    /** ColumnList */
    ColumnList: {
      columns: components['schemas']['Column'][];
    };
    /**
     * ColumnProfile
     * @description `histogram` is edges and counts for numbers, labels and counts for text.
     */
    ColumnProfile: {
      digest: string;
      distinct: number | null;
      histogram: [(number | ('-Infinity' | 'Infinity' | 'NaN') | string)[], number[]] | null;
      max: number | ('-Infinity' | 'Infinity' | 'NaN') | string | null;
      mean: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      min: number | ('-Infinity' | 'Infinity' | 'NaN') | string | null;
      name: string;
      nulls: number;
      std: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      type: string;
    };
    /** ComparedCode */
    ComparedCode: {
      cell_id: string | null;
      differs: boolean;
      sources: (string | null)[];
    };
    /** ComparedData */
    ComparedData: {
      changed_columns: string[];
      differs: boolean;
      name: string;
      values: (components['schemas']['ComparedDataset'] | null)[];
    };
    /** ComparedDataset */
    ComparedDataset: {
      columns: number | null;
      digest: string;
      rows: number | null;
    };
    /** ComparedFigure */
    ComparedFigure: {
      name: string;
      values: (string | null)[];
    };
    /** ComparedMetrics */
    ComparedMetrics: {
      differs: boolean;
      name: string;
      values: (number | ('-Infinity' | 'Infinity' | 'NaN') | null)[];
    };
    /** ComparedPackages */
    ComparedPackages: {
      differs: boolean;
      name: string;
      values: (string | null)[];
    };
    /** ComparedRuns */
    ComparedRuns: {
      code: components['schemas']['ComparedCode'][];
      data: components['schemas']['ComparedData'][];
      environment: components['schemas']['ComparedPackages'][];
      figures: components['schemas']['ComparedFigure'][];
      metrics: components['schemas']['ComparedMetrics'][];
      params: components['schemas']['ComparedValues'][];
      runs: components['schemas']['RunRow'][];
    };
    /** ComparedValues */
    ComparedValues: {
      differs: boolean;
      name: string;
      values: (string | number | boolean | null)[];
    };
    /**
     * Counts
     * @description How many of a batch's runs are in which state.
     */
    Counts: {
      failed: number;
      finished: number;
      killed: number;
      running: number;
      waiting: number;
    };
    /** DatasetDetail */
    DatasetDetail: {
      bytes: number | null;
      columns: number | null;
      digest: string;
      name: string;
      profile: components['schemas']['ColumnProfile'][];
      role: string;
      row_hashes: string | null;
      rows: number | null;
      source: string | null;
      type: string;
    };
    /** Datasets */
    Datasets: {
      datasets: components['schemas']['DatasetDetail'][];
    };
    /** EditedRun */
    EditedRun: {
      run: components['schemas']['RunRow'];
    };
    /**
     * Environment
     * @description `packages` are versions by name.
     */
    Environment: {
      env_id: string;
      lock: string | null;
      packages: {
        [key: string]: string;
      };
      platform: string;
      python: string;
    };
    /**
     * ErrorBody
     * @description `promotion` stands there where gates refused it.
     */
    ErrorBody: {
      error: components['schemas']['ErrorDetail'];
      promotion?: components['schemas']['PromotionRow'];
    };
    /**
     * ErrorDetail
     * @description `position` counts characters in a query that can't be read.
     */
    ErrorDetail: {
      code: string;
      hint: string | null;
      message: string;
      position?: number;
    };
    /** ExperimentRow */
    ExperimentRow: {
      experiment: string;
      total: number;
    };
    /** GateRow */
    GateRow: {
      message: string;
      name: string;
      passed: boolean;
    };
    /** GatheringReply */
    GatheringReply: {
      gathering: components['schemas']['GatheringRow'];
    };
    /**
     * GatheringRow
     * @description `path` is from the server's root; `lines` is what was said so far, one for each try.
     */
    GatheringRow: {
      causes: string[];
      executed: number | null;
      id: string;
      kept: number | null;
      lines: string[];
      path: string;
      reproduced: boolean | null;
      run_id: string;
      /** @enum {unknown} */
      state: 'failed' | 'finished' | 'running';
    };
    /**
     * Histories
     * @description In the order of the runs that were asked about.
     */
    Histories: {
      histories: (components['schemas']['History'] | null)[];
    };
    /**
     * History
     * @description `times` are milliseconds since 1970.
     */
    History: {
      metric: string;
      steps: number[];
      times: number[];
      values: (number | ('-Infinity' | 'Infinity' | 'NaN'))[];
    };
    /**
     * ListedBatch
     * @description `total` is the number of runs in the plan.
     */
    ListedBatch: {
      batch_id: string;
      ended_at: string | null;
      executor: string;
      name: string;
      notebook: string;
      source_sha256: string;
      started_at: string;
      /** @enum {unknown} */
      state: 'cancelled' | 'failed' | 'finished' | 'killed' | 'running';
      total: number;
    };
    /** ListedVersion */
    ListedVersion: {
      aliases: string[];
      created_at: string;
      created_by: string | null;
      format: string;
      origin: string | null;
      run_id: string;
      run_name: string | null;
      sha256: string;
      signature: Record<string, unknown> | null;
      version: number;
    };
    /** MetricDetail */
    MetricDetail: {
      count: number;
      dataset_digest: string | null;
      estimator: string | null;
      first_step: number | null;
      last: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      last_step: number | null;
      max: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      min: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      name: string;
      source: string | null;
    };
    /**
     * ModelFile
     * @description A model file under the name `name`, and the run that kept it.
     */
    ModelFile: {
      name: string;
      run_id: string;
      run_name: string;
    };
    /** ModelList */
    ModelList: {
      models: components['schemas']['ModelRow'][];
    };
    /** ModelRow */
    ModelRow: {
      aliases: {
        [key: string]: number;
      };
      model: string;
      promotions: components['schemas']['PromotionRow'][];
      versions: components['schemas']['ListedVersion'][];
    };
    /**
     * Names
     * @description Every name that was recorded in the store, sorted.
     */
    Names: {
      metrics: string[];
      params: string[];
      tags: string[];
    };
    /**
     * NewGathering
     * @description `path` is from the server's root; `seconds` is how long cells that don't matter are looked for.
     */
    NewGathering: {
      /** @default null */
      path?: string | null;
      /** @default false */
      force?: boolean;
      /** @default false */
      fast?: boolean;
      /** @default 60 */
      seconds?: number;
    };
    /** NewPlan */
    NewPlan: {
      /** @default null */
      notebook?: string | null;
      /** @default null */
      run?: string | null;
      /** @default {} */
      edits?: {
        [key: string]: string;
      };
    };
    /** NewPromotion */
    NewPromotion: {
      model: string;
      version: number;
      /** @default champion */
      alias?: string;
      /** @default  */
      note?: string;
      expected?: number | null;
      /** @default false */
      dry_run?: boolean;
    };
    /**
     * NewRerun
     * @description `edits` win over `params` and `grid`, which hold values. In `grid` a text is a range to draw from, as in
     *     `"loguniform(1e-4, 1e-1)"`; a range needs `samples`.
     */
    NewRerun: {
      /** @default null */
      notebook?: string | null;
      /** @default null */
      run?: string | null;
      /** @default {} */
      edits?: {
        [key: string]: string;
      };
      /** @default {} */
      params?: Record<string, unknown>;
      /** @default {} */
      grid?: {
        [key: string]: unknown[] | string;
      };
      /** @default null */
      samples?: number | null;
      /** @default 1 */
      workers?: number;
      /** @default null */
      name?: string | null;
    };
    /** NewRollback */
    NewRollback: {
      model: string;
      /** @default champion */
      alias?: string;
      /** @default  */
      note?: string;
      expected?: number | null;
    };
    /** NewVersion */
    NewVersion: {
      run: string;
      /** @default null */
      name?: string | null;
    };
    /**
     * NotebookParameter
     * @description `default` is its source text in the notebook, `value` what that stands for, `source` the text that stands for
     *     what the run had, or for the default.
     */
    NotebookParameter: {
      default: string;
      help: string;
      name: string;
      source: string;
      type: string;
      value: unknown;
    };
    /** NotebookParameters */
    NotebookParameters: {
      parameters: components['schemas']['NotebookParameter'][];
    };
    /** OnePromotion */
    OnePromotion: {
      promotion: components['schemas']['PromotionRow'];
    };
    /** OneRun */
    OneRun: {
      run: components['schemas']['RunDetail'];
    };
    /** OneVersion */
    OneVersion: {
      version: components['schemas']['RegisteredVersion'];
    };
    /** ParamDetail */
    ParamDetail: {
      name: string;
      number: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      source: string;
      type: string;
      value: string;
    };
    /**
     * PlannedField
     * @description `count` is how many values the text has; null for a range.
     */
    PlannedField: {
      count: number | null;
      hint: string | null;
      name: string;
      problem: string | null;
    };
    /** PlannedFields */
    PlannedFields: {
      fields: components['schemas']['PlannedField'][];
    };
    /** PlannedRun */
    PlannedRun: {
      params: {
        [key: string]: string | number | boolean | null;
      };
      run_id: string;
    };
    /** Problem */
    Problem: {
      message: string;
      where: string;
    };
    /**
     * PromotionRow
     * @description `time` is null where nothing was written (a dry run).
     */
    PromotionRow: {
      alias: string;
      /** @enum {unknown} */
      decision: 'promoted' | 'refused' | 'rolled_back';
      from_version: number | null;
      gates: components['schemas']['GateRow'][];
      gates_sha256: string | null;
      hash: string;
      model: string;
      note: string;
      origin: string | null;
      prev_hash: string;
      promotion_id: string;
      time: string | null;
      to_version: number | null;
      user: string | null;
    };
    /** RegisteredVersion */
    RegisteredVersion: {
      created_at: string;
      created_by: string | null;
      format: string;
      model: string;
      name: string;
      origin: string | null;
      run_id: string;
      sha256: string;
      signature: Record<string, unknown> | null;
      version: number;
    };
    /**
     * RunDetail
     * @description `models` are the model files of the run and of its child runs; `output` the end of what it has printed,
     *     while it runs and where it was killed.
     */
    RunDetail: {
      aliases: string[];
      artifacts: components['schemas']['ArtifactDetail'][];
      batch_id: string | null;
      cell_id: string | null;
      changed: number;
      checks: components['schemas']['Check'][];
      children: components['schemas']['RunRow'][];
      data?: {
        [key: string]: string;
      };
      datasets: components['schemas']['DatasetDetail'][];
      duration_s: number | null;
      ended_at: string | null;
      env_id: string | null;
      environment: components['schemas']['Environment'] | null;
      error: string | null;
      exit_signal: number | null;
      experiment: string;
      first_cell: number | null;
      git_commit: string | null;
      git_dirty: boolean | null;
      host: string | null;
      /** @enum {unknown} */
      kind: 'cell' | 'notebook' | 'reproduction' | 'script';
      last_cell: number | null;
      metrics: {
        [key: string]: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      };
      metrics_detail: components['schemas']['MetricDetail'][];
      models: components['schemas']['ModelFile'][];
      name: string;
      note: string | null;
      notebook: string | null;
      origin: string | null;
      output: string | null;
      params: {
        [key: string]: string | number | boolean | null;
      };
      params_detail: components['schemas']['ParamDetail'][];
      parent_id: string | null;
      previous: components['schemas']['RunRow'] | null;
      problems: components['schemas']['Problem'][];
      rerun_of: string | null;
      run_id: string;
      seeds: unknown;
      session_id: string | null;
      started_at: string;
      /** @enum {unknown} */
      status: 'failed' | 'finished' | 'killed' | 'running';
      tags: {
        [key: string]: string;
      };
      user: string | null;
      verdicts: components['schemas']['Verdict'][];
    };
    /** RunEdit */
    RunEdit: {
      /** @default null */
      name?: string | null;
      /** @default null */
      note?: string | null;
      /** @default {} */
      tags?: {
        [key: string]: string | null;
      };
    };
    /**
     * RunList
     * @description `store` is null, and there are no runs, where the notebook has logged nothing yet. `groups` (on demand) are
     *     the experiments of all runs that match, the one with the newest run first. `batches` are those of the runs.
     *
     *     `removed` are the runs that were deleted after `since`. `stale` says that another process holds the index, so that
     *     rows of ended runs may be old.
     */
    RunList: {
      batches: components['schemas']['BatchProgress'][];
      cursor: number;
      groups?: components['schemas']['ExperimentRow'][];
      removed: string[];
      runs: components['schemas']['RunRow'][];
      stale: boolean;
      store: components['schemas']['StoreRow'] | null;
      total: number;
    };
    /**
     * RunRow
     * @description All columns of `runs`, with the run's parameters, metrics (last values), tags and aliases; on demand its data
     *     too: the digests by name.
     */
    RunRow: {
      aliases: string[];
      batch_id: string | null;
      cell_id: string | null;
      changed: number;
      data?: {
        [key: string]: string;
      };
      duration_s: number | null;
      ended_at: string | null;
      env_id: string | null;
      error: string | null;
      exit_signal: number | null;
      experiment: string;
      first_cell: number | null;
      git_commit: string | null;
      git_dirty: boolean | null;
      host: string | null;
      /** @enum {unknown} */
      kind: 'cell' | 'notebook' | 'reproduction' | 'script';
      last_cell: number | null;
      metrics: {
        [key: string]: number | ('-Infinity' | 'Infinity' | 'NaN') | null;
      };
      name: string;
      note: string | null;
      notebook: string | null;
      origin: string | null;
      params: {
        [key: string]: string | number | boolean | null;
      };
      parent_id: string | null;
      rerun_of: string | null;
      run_id: string;
      seeds: unknown;
      session_id: string | null;
      started_at: string;
      /** @enum {unknown} */
      status: 'failed' | 'finished' | 'killed' | 'running';
      tags: {
        [key: string]: string;
      };
      user: string | null;
    };
    /** Sql */
    Sql: {
      sql: string;
    };
    /** SqlColumn */
    SqlColumn: {
      name: string;
      type: string;
    };
    /** SqlResult */
    SqlResult: {
      columns: components['schemas']['SqlColumn'][];
      rows: unknown[][];
      truncated: boolean;
    };
    /** StoreChoice */
    StoreChoice: {
      current: boolean;
      id: string;
      name: string;
      path: string;
    };
    /**
     * StoreList
     * @description `elsewhere` says where the notebook logs to, if this server may not open that.
     */
    StoreList: {
      elsewhere: string | null;
      stores: components['schemas']['StoreChoice'][];
    };
    /** StoreRow */
    StoreRow: {
      id: string;
      name: string;
      path: string;
    };
    /** Verdict */
    Verdict: {
      against: string;
      detail: string;
      outcome: string;
      part: string;
      time: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  artifact: {
    parameters: {
      query?: {
        name?: string | null;
        media_type?: string | null;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        sha256: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file's bytes. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          '*/*': string;
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  list_columns: {
    parameters: {
      query?: {
        where?: string | null;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ColumnList'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  compare_runs: {
    parameters: {
      query: {
        runs: string;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ComparedRuns'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  show_gathering: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        gathering_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GatheringReply'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  stop_gathering: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        gathering_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  histories: {
    parameters: {
      query: {
        metric: string;
        max_points?: number | null;
        runs: string;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Histories'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  list_models: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelList'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  register: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        model: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewVersion'];
      };
    };
    responses: {
      /** @description The answer. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OneVersion'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  show_card: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        model: string;
        version: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CardText'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  list_names: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Names'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  notebook_parameters: {
    parameters: {
      query?: {
        path?: string | null;
        run?: string | null;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NotebookParameters'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  describe: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': Record<string, unknown>;
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  plan_rerun: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewPlan'];
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PlannedFields'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  promote: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewPromotion'];
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OnePromotion'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  list_batches: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BatchList'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  start_batch: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewRerun'];
      };
    };
    responses: {
      /** @description The answer. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BatchReply'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  show_batch: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        batch_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BatchReply'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  stop_batch: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        batch_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  roll_back: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewRollback'];
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OnePromotion'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  list_runs: {
    parameters: {
      query?: {
        where?: string | null;
        experiment?: string | null;
        groups?: boolean;
        order_by?: string | null;
        limit?: number;
        offset?: number;
        children?: boolean;
        since?: number | null;
        data?: boolean;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunList'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  show_run: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OneRun'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  delete_run: {
    parameters: {
      query?: {
        force?: boolean;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  edit_run: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RunEdit'];
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EditedRun'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  cells: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Cells'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  datasets: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Datasets'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  gather: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewGathering'];
      };
    };
    responses: {
      /** @description The answer. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GatheringReply'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  history: {
    parameters: {
      query: {
        metric: string;
        max_points?: number | null;
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['History'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  notebook: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': Record<string, unknown>;
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  reproduce: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BatchReply'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  stop_run: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  run_sql: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Sql'];
      };
    };
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SqlResult'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  list_stores: {
    parameters: {
      query?: {
        /** @description The id of the store that is asked about; by default that of `path`. */
        store?: string;
        /** @description The notebook in front, from the server's root: the store is the one that it logs to. */
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StoreList'];
        };
      };
      /** @description What went wrong. */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
}
