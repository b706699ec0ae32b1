"""The recipes of docs/scheduling.md, executed as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from mlnb.store import Store, query

MakeNotebook = Callable[..., Path]

PAGE = (Path(__file__).parents[2] / "docs" / "scheduling.md").read_text(encoding="utf-8")
TRACKED = "%%track fit\nscore = len(day) / 2"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)\n```", PAGE, re.DOTALL)


def runs(project: Path) -> list[tuple[str, float]]:
    rows = query.run_page(Store.open(project / ".mlnb")).rows
    return [(row["status"], row["metrics"]["score"]) for row in rows]


def test_the_line_for_cron_records_a_run(notebook: MakeNotebook, tmp_path: Path) -> None:
    (line,) = blocks("cron")
    command = re.sub(r"^(\S+\s+){5}", "", line).replace("\\%", "%")  # as cron reads it
    (tmp_path / "project" / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "project" / ".venv" / "bin" / "mlnb").symlink_to(Path(sys.executable).with_name("mlnb"))
    notebook(TRACKED, parameters='day = ""', name="project/train.ipynb")
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-c", command], env=environment, check=True, cwd="/")
    assert runs(tmp_path / "project") == [("finished", len("2026-11-23") / 2)]
    (batch,) = query.batches(Store.open(tmp_path / "project" / ".mlnb"))
    assert batch["state"] == "finished"
    assert re.fullmatch(r"weekly-\d{4}-\d\d-\d\d", batch["name"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_jupyterlabs_scheduler_reruns_a_notebook_and_runs_a_tracked_one(
    notebook: MakeNotebook, tmp_path: Path
) -> None:
    pytest.importorskip(
        "jupyter_scheduler", reason="needs jupyter-scheduler, which CI has in one environment"
    )
    project = tmp_path / "project"
    project.mkdir()
    notebook(TRACKED, parameters='day = ""', name="project/train.ipynb")
    day, rerun, configure = (text.replace("/home/ana/project", str(project)) for text in blocks("python"))
    schedule(notebook(rerun, parameters=day, name="weekly.ipynb"), tmp_path, day="'2027-01-04'")
    assert runs(project) == [("finished", len("2027-01-04") / 2)]
    schedule(notebook(configure, 'day = "by hand"', TRACKED, name="tracked.ipynb"), tmp_path)
    assert runs(project)[0] == ("finished", len("by hand") / 2)


def schedule(source: Path, folder: Path, **parameters: str) -> None:
    """Have jupyter-scheduler execute a notebook, as a job that JupyterLab's form made."""
    from jupyter_scheduler.executors import DefaultExecutionManager
    from jupyter_scheduler.orm import Job, create_session, create_tables

    database = f"sqlite:///{folder / 'scheduler.sqlite'}"
    create_tables(database)
    staging = folder / "staging" / source.stem
    staging.mkdir(parents=True)
    copy = staging / source.name
    copy.write_bytes(source.read_bytes())
    with create_session(database)() as session:
        job = Job(
            name=source.stem, input_filename=source.name, output_formats=["ipynb"], runtime_environment_name="",
            parameters=parameters,
        )  # fmt: skip
        session.add(job)
        session.commit()
        job_id = job.job_id
    paths = {"input": str(copy), "ipynb": str(staging / "executed.ipynb")}
    DefaultExecutionManager(job_id, str(folder), database, paths).process()
    with create_session(database)() as session:
        found = session.get(Job, job_id)
        assert found.status == "COMPLETED", found.status_message
    nbformat.validate(nbformat.read(staging / "executed.ipynb", as_version=4))
