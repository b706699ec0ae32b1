"""One cell in a session of its own, measured once: `python -m benchmarks.capture.once ROW SCALE bare|tracked`.

Prints JSON. The session is a real InteractiveShell; what comes before the cell runs untracked in both kinds, and what is
measured is all that `run_cell` does: the cell itself, and whatever mlnb does before and after it.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.capture.work import ROWS, Row

QUIET: Final = 0.4
NOTHING: Final = 0.004
"""Less CPU time than this beside the user's code, in that many seconds: there is nothing more to wait for."""


def measured(row: Row, scale: int, *, tracked: bool) -> dict[str, float]:
    """CPU ms of the cell, CPU ms of what went on beside and after it, MB of memory at most."""
    shell = _shell()
    first = "%%track\n" if tracked else "\n"
    if tracked:
        shell.run_line_magic("load_ext", "mlnb")
    _run(shell, row.setup(scale))
    if row.warm:
        _run(shell, f"{first}warm = 1")
    beside = _until_quiet()
    gc.collect()
    before = _forget_peak()
    began = time.process_time()
    _run(shell, first + row.source())
    ended = time.process_time()
    peak = _peak()
    found = {
        "ms": (ended - began) * 1e3,
        "beside_ms": (_until_quiet() - beside) * 1e3,
        "mb": (peak - before) / 2**20,
    }
    if tracked:
        _make_sure_of(1 + row.warm)
    return found


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=settings)
    sys.modules["__main__"] = shell.user_module
    return shell


def _run(shell: Any, source: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = shell.run_cell(source, store_history=True)
    result.raise_error()


def _until_quiet() -> float:
    """Wait until nothing goes on beside the user's code any more; the CPU seconds that were spent there so far.

    Their next cell would wait for that, or run beside it.
    """
    end = time.monotonic() + 30
    seen = _beside()
    while time.monotonic() < end:
        time.sleep(QUIET)
        before, seen = seen, _beside()
        if seen - before < NOTHING:
            break
    return seen


def _beside() -> float:
    """CPU seconds of this process's other threads, and of the processes that it has started."""
    return time.process_time() - time.thread_time() + _of_children()


def _of_children() -> float:
    """CPU seconds of the processes that this one has started, be they there or gone."""
    import psutil

    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = gone.ru_utime + gone.ru_stime
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            total += sum(child.cpu_times()[:2])
    return total


def _forget_peak() -> int:
    """Begin the count of the most memory anew where the system can; the bytes in use now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak() -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _make_sure_of(runs: int) -> None:
    """A cell that wasn't tracked would cost nothing."""
    import mlnb

    found = mlnb.runs()
    if len(found) != runs or set(found["status"]) != {"finished"}:
        raise SystemExit(f"{len(found)} runs recorded instead of {runs}: {list(found['status'])}")


def main() -> None:
    name, scale, kind = sys.argv[1:]
    row = next(row for row in ROWS if row.name == name)
    with tempfile.TemporaryDirectory(prefix="mlnb-cost-") as folder:
        os.environ.update(IPYTHONDIR=str(Path(folder, "ipython")), MLNB_STORE=str(Path(folder, "store")))
        os.chdir(folder)
        found = measured(row, int(scale), tracked=kind == "tracked")
        os.chdir(Path(folder).parent)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
