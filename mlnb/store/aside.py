"""Somebody's own SQL, asked so that nobody else waits for it: `python -m mlnb.store.aside FOLDER`.

In one process one connection to the index is open at a time (`index.py`), and a second look at the same file can't be
had beside it: a question of a minute would keep a server's other questions waiting for a minute. Processes can read
the file together. So a question gets a moment here, which is enough for most, and what is not answered by then is asked
anew in a process of its own. That one can also be killed, and what it takes of memory is not the server's.

What isn't folded yet waits meanwhile, as with any reader; so there is an end to a question's time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb import errors
from mlnb.store import query

if TYPE_CHECKING:
    import pyarrow as pa

    from mlnb.store.layout import Store

MOMENT_S: Final = 0.25
START_S: Final = 30.0
"""What a process may take to start, and to send its answer, on a busy machine."""

_REFUSED: Final = 3


def sql(store: Store, text: str, *, limit: int, seconds: float) -> pa.Table:
    """The same as `query.sql`, but a long one keeps nobody waiting.

    Raises
    ------
    UsageError
        DuckDB doesn't accept it.
    TimedOut
        It took longer.
    """
    try:
        return query.sql(store, text, limit=limit, seconds=min(seconds, MOMENT_S))
    except errors.TimedOut:
        if seconds <= MOMENT_S:
            raise
    return _in_a_process(store.path, {"text": text, "limit": limit, "seconds": seconds})


def _in_a_process(folder: Path, question: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __spec__.name, str(folder)],
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=question["seconds"] + START_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise query.took_too_long(question["seconds"]) from None
    if done.returncode == 0:
        return pa.ipc.open_stream(done.stdout).read_all()
    if done.returncode == _REFUSED:
        raise errors.retold(json.loads(done.stdout))
    last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    raise errors.UsageError(f"the query brought its process down: {last or done.returncode}")


def main(folder: str) -> int:
    """Answer the question on standard input: an Arrow stream, or the error as JSON and a status that says so."""
    import pyarrow as pa

    from mlnb.store.layout import Store

    try:
        table = query.sql(Store.open(Path(folder), create=False), **json.load(sys.stdin))
    except errors.Error as error:
        sys.stdout.write(json.dumps(errors.told(error)))
        return _REFUSED
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
