"""The same deeds, done with each tracker: `python trackers.py NAME FOLDER`, in the tracker's own environment.

Prints one line of JSON. A tracker is a class with these deeds; how much of each is asked for stands in it,
since the slowest need ten thousand times as long as the fastest.

    start()                    begin a run
    metric(name, value, step)  one point, as a user logs it
    finish()                   end the run, when everything is on its way to the disk
    table()                    all runs with parameters and last metrics, as a table; its length
    history(name)              the curve of the last run: its length
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import warnings
from importlib import metadata
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import measure


class Tracker:
    calls = 2_000
    runs = 100

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0

    def ready(self) -> None:
        """What must happen once before the first run."""

    def batch(self, name: str, values: list[float]) -> bool:
        """Log a whole curve at once; False where there is no such call."""
        return False

    def start(self) -> None:
        raise NotImplementedError

    def metric(self, name: str, value: float, step: int) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        raise NotImplementedError

    def table(self) -> int | None:
        return None

    def history(self, name: str) -> int | None:
        return None


class Mlnb(Tracker):
    calls = 200_000
    runs = 1_000

    def ready(self) -> None:
        import mlnb

        self.mlnb = mlnb
        mlnb.configure(store=self.folder / ".mlnb", experiment="benchmark")

    def start(self) -> None:
        self.run = self.mlnb.run(params={"lr": 0.1, "depth": 3})

    def metric(self, name: str, value: float, step: int) -> None:
        self.run.metric(name, value, step)

    def batch(self, name: str, values: list[float]) -> bool:
        self.run.history(name, values)
        return True

    def finish(self) -> None:
        self.run.finish(durable=True)

    def table(self) -> int:
        return len(self.mlnb.runs())

    def history(self, name: str) -> int:
        return len(self.mlnb.get(self.run.run_id).history(name))


class Mlflow(Tracker):
    calls = 300
    runs = 100

    def ready(self) -> None:
        import mlflow

        logging.getLogger("mlflow").setLevel(logging.ERROR)
        logging.getLogger("alembic").setLevel(logging.ERROR)
        self.mlflow = mlflow
        mlflow.set_tracking_uri(f"sqlite:///{self.folder}/mlflow.db")
        mlflow.set_experiment("benchmark")

    def start(self) -> None:
        self.run = self.mlflow.start_run()
        self.mlflow.log_params({"lr": 0.1, "depth": 3})

    def metric(self, name: str, value: float, step: int) -> None:
        self.mlflow.log_metric(name, value, step=step)

    def batch(self, name: str, values: list[float]) -> bool:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, step) for step, value in enumerate(values)]
        client = self.mlflow.MlflowClient()
        for start in range(0, len(metrics), 1000):
            client.log_batch(self.run.info.run_id, metrics=metrics[start : start + 1000])
        return True

    def finish(self) -> None:
        self.mlflow.end_run()

    def table(self) -> int:
        return len(self.mlflow.search_runs(max_results=100_000))

    def history(self, name: str) -> int:
        return len(self.mlflow.MlflowClient().get_metric_history(self.run.info.run_id, name))


class Trackio(Tracker):
    calls = 5_000
    runs = 50

    def ready(self) -> None:
        os.environ["TRACKIO_DIR"] = str(self.folder / "trackio")
        import trackio

        self.trackio = trackio

    def start(self) -> None:
        self.number += 1
        with Path(os.devnull).open("w") as quiet:
            said, sys.stdout = sys.stdout, quiet
            try:
                self.trackio.init(
                    project="benchmark", name=f"run-{self.number}", config={"lr": 0.1, "depth": 3}
                )
            finally:
                sys.stdout = said

    def metric(self, name: str, value: float, step: int) -> None:
        self.trackio.log({name: value}, step=step)

    def finish(self) -> None:
        with Path(os.devnull).open("w") as quiet:
            said, sys.stdout = sys.stdout, quiet
            try:
                self.trackio.finish()
            finally:
                sys.stdout = said

    def table(self) -> int:
        api = self.trackio.Api()
        rows = [(run.name, run.config) for run in api.runs("benchmark")]
        return len(rows)


class Wandb(Tracker):
    calls = 5_000
    runs = 5

    def ready(self) -> None:
        os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=str(self.folder))
        import wandb

        self.wandb = wandb

    def start(self) -> None:
        self.run = self.wandb.init(project="benchmark", dir=str(self.folder), config={"lr": 0.1, "depth": 3})

    def metric(self, name: str, value: float, step: int) -> None:
        self.run.log({name: value}, step=step)

    def finish(self) -> None:
        self.run.finish()


class Dvclive(Tracker):
    calls = 500
    runs = 50

    def ready(self) -> None:
        import dvclive

        self.dvclive = dvclive

    def start(self) -> None:
        self.number += 1
        self.live = self.dvclive.Live(
            dir=str(self.folder / f"live-{self.number}"), save_dvc_exp=False, report=None, dvcyaml=None
        )
        self.live.log_params({"lr": 0.1, "depth": 3})

    def metric(self, name: str, value: float, step: int) -> None:
        self.live.step = step
        self.live.log_metric(name, value)

    def finish(self) -> None:
        self.live.end()


class TensorboardX(Tracker):
    calls = 20_000
    runs = 50

    def ready(self) -> None:
        import tensorboardX

        self.tensorboard = tensorboardX

    def start(self) -> None:
        self.number += 1
        self.writer = self.tensorboard.SummaryWriter(str(self.folder / f"run-{self.number}"))

    def metric(self, name: str, value: float, step: int) -> None:
        self.writer.add_scalar(name, value, step)

    def finish(self) -> None:
        self.writer.close()


class Aim(Tracker):
    calls = 3_000
    runs = 30

    def ready(self) -> None:
        import aim

        self.aim = aim
        self.repo = aim.Repo(str(self.folder), init=True)

    def start(self) -> None:
        self.run = self.aim.Run(repo=self.repo, system_tracking_interval=None, capture_terminal_logs=False)
        self.run["lr"], self.run["depth"] = 0.1, 3

    def metric(self, name: str, value: float, step: int) -> None:
        self.run.track(value, name=name, step=step)

    def finish(self) -> None:
        self.run.close()


TRACKERS = {
    "mlnb": Mlnb,
    "mlflow": Mlflow,
    "trackio": Trackio,
    "wandb": Wandb,
    "dvclive": Dvclive,
    "tensorboardX": TensorboardX,
    "aim": Aim,
}


def measured(tracker: Tracker, curve: int) -> dict[str, Any]:
    """Everything about one tracker, in an order that leaves the long curve to the last run."""
    found: dict[str, Any] = {}
    tracker.ready()
    tracker.start()
    tracker.metric("loss", 0.0, 0)  # what is made at first use is not the cost of a call
    found |= measure.calls(lambda step: tracker.metric("loss", 0.5, step + 1), tracker.calls)
    tracker.finish()

    tracker.start()
    began, cpu_began = time.perf_counter(), measure.all_cpu()
    cpu = measure.amortised(lambda step: tracker.metric("loss", 0.5, step), tracker.calls)
    tracker.finish()
    found["cpu_amortised_us"] = cpu
    found["points_per_s"] = tracker.calls / (time.perf_counter() - began)
    found["points_per_cpu_s"] = tracker.calls / (measure.all_cpu() - cpu_began)

    def one_run() -> None:
        tracker.start()
        tracker.metric("loss", 0.5, 0)
        tracker.finish()

    found["run_s"] = measure.seconds(one_run, tracker.runs)["median"]
    table = measure.seconds(tracker.table, 3) if tracker.table() is not None else None
    found["table_s"] = table and table["median"]
    found["table_runs"] = tracker.table()

    values = [0.5] * curve
    tracker.start()
    began = time.perf_counter()
    if tracker.batch("curve", values):
        tracker.finish()
        found["batch_points_per_s"] = curve / (time.perf_counter() - began)
        read = measure.seconds(lambda: tracker.history("curve"), 3)
        found["history_s"] = read["median"] if tracker.history("curve") == curve else None
    else:
        tracker.finish()
    return found


def main() -> None:
    name, folder, curve = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    tracker = TRACKERS[name](folder)
    sys.stdout.flush()
    # Some peers print: the result goes where nobody else writes.
    result = os.dup(1)
    os.dup2(2, 1)
    found = measured(tracker, curve)
    found["version"] = metadata.version(name)
    os.write(result, json.dumps(found).encode() + b"\n")
    os.close(result)
    sys.stdout.flush()
    os._exit(0)  # some peers wait for a network when they end


if __name__ == "__main__":
    main()
