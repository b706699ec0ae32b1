"""A forked kernel is as a fresh one: same surroundings, no trace of another run, or a plain kernel instead."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from mlnb.execution.batch import execute
from mlnb.execution.prepared import Settings, prepare

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="kernels are forked on Linux only"
)

SURROUNDINGS = """
import json, os, random, re, signal, sys, threading, warnings
import matplotlib, matplotlib.pyplot, numpy, pandas
import resource
MINE = {"JPY_PARENT_PID", "JPY_SESSION_NAME", "MLNB_PARENT_RUN", "MLNB_NOTEBOOK", "MLNB_STORE", "PYDEVD_DISABLE_FILE_VALIDATION", "PYTEST_CURRENT_TEST"}
print({
    "argv": [os.path.basename(sys.argv[0]), sys.argv[1]],
    "path": sys.path,
    "cwd": os.getcwd(),
    "environment": sorted(set(os.environ.items()) - {(n, os.environ[n]) for n in MINE if n in os.environ}),
    "signals": [str(signal.getsignal(s)).split(" at ")[0] for s in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP, signal.SIGPIPE)],
    "threads": sorted(re.sub(r"-\\d+", "", t.name.split(" ")[0]) for t in threading.enumerate() if "mlnb" not in t.name),
    "main": threading.main_thread() is threading.current_thread(),
    "leads its group": os.getpgid(0) == os.getpid() == os.getsid(0),
    "stdin": os.readlink("/proc/self/fd/0").split(":")[0],
    "pandas": [pandas.get_option("display.max_columns"), pandas.get_option("display.width")],
    "backend": matplotlib.get_backend(),
    "filters": len(warnings.filters) > 0,
    "name": __name__,
    "umask": os.umask(0o022),
    "limits": resource.getrlimit(resource.RLIMIT_NOFILE),
    "shell": type(get_ipython()).__name__,
    "count": get_ipython().execution_count,
})
"""
RANDOM = """
import json, random
import numpy as np
print([random.random(), float(np.random.rand()), getattr(json, "left_behind", None), os.environ.get("LEFT_BEHIND")])
json.left_behind, os.environ["LEFT_BEHIND"] = "by a run", "by a run"
"""

Executed = Callable[..., list[Any]]


@pytest.fixture
def outputs(notebook: Any, tmp_path: Path) -> Executed:
    """`outputs(cell, ..., warm=True)` executes a notebook three times; what the last cell printed each time."""

    def run(*cells: str, warm: bool = True, runs: int = 3) -> list[Any]:
        path = notebook(*cells, parameters="n = 0")
        kept = tmp_path / f"out-{warm}"
        settings = Settings(workers=1, warm=warm, output_dir=kept)
        batch = execute(prepare(path, rows=[{"n": n} for n in range(runs)], settings=settings))
        assert batch.state == "finished", batch.failures
        executed = [nbformat.read(file, as_version=4) for file in sorted(kept.iterdir())]
        return [
            "".join(o.text for o in one.cells[-1].outputs if o.output_type == "stream") for one in executed
        ]

    return run


def test_a_forked_kernels_surroundings_are_those_of_a_fresh_one(outputs: Executed) -> None:
    fresh = ast.literal_eval(outputs(SURROUNDINGS, warm=False, runs=1)[0])
    for forked in map(ast.literal_eval, outputs(SURROUNDINGS)):
        assert forked == fresh


def test_runs_share_no_state_and_no_random_numbers(outputs: Executed) -> None:
    drawn = [ast.literal_eval(text) for text in outputs("import os", RANDOM)]
    assert all(left == [None, None] for _, _, *left in drawn)
    assert len({python for python, *_ in drawn}) == 3
    assert len({numpy for _, numpy, *_ in drawn}) == 3


def test_a_module_of_the_notebooks_own_folder_is_imported_by_the_run(
    outputs: Executed, tmp_path: Path
) -> None:
    (tmp_path / "own.py").write_text("import os\npid = os.getpid()\n")
    assert outputs("import own, os\nprint(own.pid == os.getpid())") == ["True\n"] * 3


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`module(source)` makes `elsewhere`, which is installed as far as anybody can tell."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return lambda source: (folder / "elsewhere.py").write_text(source) and None  # type: ignore[return-value]


def test_a_module_is_imported_once_for_all_runs(outputs: Executed, module: Any) -> None:
    module("import os\npid = os.getpid()\n")
    said = outputs("import elsewhere, os\nprint(elsewhere.pid == os.getpid(), elsewhere.pid)")
    assert len(set(said)) == 1
    assert said[0].startswith("False")


def test_what_a_module_says_when_imported_is_said_in_every_run(outputs: Executed, module: Any) -> None:
    module("print('a licence is missing')\n")
    assert outputs("import elsewhere") == ["a licence is missing\n"] * 3


def test_a_module_that_looks_at_the_shell_is_left_to_the_kernel(outputs: Executed, module: Any) -> None:
    module("from IPython import get_ipython\nshell = type(get_ipython()).__name__\n")
    assert outputs("import elsewhere\nprint(elsewhere.shell)") == ["ZMQInteractiveShell\n"] * 3


@pytest.mark.parametrize(
    "source",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
        "import os\nos._exit(1) if __import__('sys').argv[0].endswith('template.py') else None\n",
    ],
    ids=["thread", "dies"],
)
def test_where_a_fork_would_be_unsafe_kernels_start_from_nothing(
    outputs: Executed, module: Any, source: str
) -> None:
    module(source + "import os\npid = os.getpid()\n")
    said = outputs("import elsewhere, os\nprint(elsewhere.pid == os.getpid())")
    assert [text.strip().splitlines()[-1] for text in said] == ["True"] * 3


def test_a_forked_kernel_can_be_interrupted(notebook: Any) -> None:
    path = notebook(
        "import os, signal, threading, time\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n    time.sleep(20)\nexcept KeyboardInterrupt:\n    interrupted = 1.0\nassert interrupted",
        parameters="n = 0",
    )
    prepared = prepare(path, rows=[{"n": n} for n in range(2)], settings=Settings(workers=1, timeout=15))
    assert execute(prepared).state == "finished"


def test_exit_handlers_and_threads_of_a_run_end_as_in_a_fresh_kernel(
    outputs: Executed, tmp_path: Path
) -> None:
    outputs(
        "import atexit, threading, time\nfrom pathlib import Path\n"
        "atexit.register(lambda: Path(f'bye-{n}').touch())\n"
        "threading.Thread(target=lambda: (time.sleep(0.3), Path(f'thread-{n}').touch())).start()"
    )
    assert sorted(path.name for path in tmp_path.glob("bye-*")) == ["bye-0", "bye-1", "bye-2"]
    assert len(list(tmp_path.glob("thread-*"))) == 3
