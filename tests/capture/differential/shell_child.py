"""A real IPython shell in a process of its own, which runs what it is sent: `python shell_child.py bare|tracked`.

One JSON line in, one out. A cell that is to be tracked has `%%track` on its first line here, or a comment in its place, so
that lines have the same numbers. Nothing of the process is replaced for the cells: `sys.stdout` is what a process has,
the garbage collector runs, warnings are shown as ever.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

FIRST_LINE = {"bare": "#", "tracked": "%%track --quiet"}


class Streams:
    """Descriptors 1 and 2 go to files, of which each cell's part is read after it."""

    def __init__(self) -> None:
        self._ends = {}
        for name, number in (("out", 1), ("err", 2)):
            path = Path(f"{name}.txt")
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(opened, number)
            os.close(opened)
            self._ends[name] = (path, 0)

    def since(self) -> dict[str, str]:
        found = {}
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        for name, (path, end) in self._ends.items():
            text = path.read_bytes()[end:]
            self._ends[name] = (path, end + len(text))
            found[name] = cleaned(text.decode("utf-8", "replace"))
        return found


def shell_of(kind: str) -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    settings.InteractiveShell.xmode = "Minimal"
    shell = InteractiveShell.instance(config=settings)
    sys.modules["__main__"] = shell.user_module
    shell.run_cell("%load_ext mlnb" if kind == "tracked" else "pass", store_history=True).raise_error()
    return shell


def outcome(shell: Any, kind: str, cell: dict[str, Any], streams: Streams) -> dict[str, Any]:
    """All of one cell's execution that somebody could notice."""
    source = f"{FIRST_LINE[kind]}\n{cell['source']}" if cell["track"] else cell["source"]
    result = shell.run_cell(source, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    return {
        **streams.since(),
        "result": cleaned(repr(result.result)),
        "error": None if error is None else described(error),
    }


def described(error: BaseException) -> dict[str, Any]:
    frames, at = [], error.__traceback__
    while at is not None:
        frames.append([at.tb_frame.f_code.co_name, at.tb_lineno])
        at = at.tb_next
    chain = error.__cause__ or error.__context__
    return {
        "type": type(error).__name__,
        "message": cleaned(str(error)),
        "frames": frames,
        "from": None if chain is None else type(chain).__name__,
    }


def cleaned(text: str) -> str:
    """Without what differs between any two processes."""
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    return re.sub(r"/[^\s\"']*/ipykernel_\d+/\d+(\.py)?|<ipython-input-[^>]*>", "<cell>", text)


def namespace(shell: Any) -> dict[str, str]:
    """The user's names, in their order, and what they hold."""
    return {
        name: value_of(value)
        for name, value in shell.user_ns.items()
        if name not in shell.user_ns_hidden and not name.startswith("_")
    }


def value_of(value: Any) -> str:
    kind = type(value).__name__
    if callable(value) or kind == "module":
        return kind
    if kind == "ndarray":
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    if kind in {"DataFrame", "Series"}:
        return f"{kind} {value.to_json(orient='split', double_precision=15)}"
    return f"{kind} {cleaned(repr(value))}"


def main() -> None:
    kind = sys.argv[1]
    asked, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w", buffering=1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    streams = Streams()
    shell = shell_of(kind)
    streams.since()
    for line in asked:
        request = json.loads(line)
        if request.get("reset"):
            shell.reset(new_session=True)
        outcomes = [outcome(shell, kind, cell, streams) for cell in request["cells"]]
        names = namespace(shell) if request["names"] else {}
        print(json.dumps({"outcomes": outcomes, "namespace": names}), file=answers)


if __name__ == "__main__":
    main()
