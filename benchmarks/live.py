"""What the live view costs a cell that logs a million points: `python -m benchmarks.live`.

The same cell in one real kernel, with the view and without it, turn about; the least of each. CPU seconds are the whole
process's, so they hold what the view's own thread does; wall seconds are what a person waits, on a machine that has time.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

TURNS = 5
POINTS = 1_000_000
SETUP = "%load_ext mlnb\nimport json, time, mlnb\nsession = mlnb.magics.current(get_ipython())\nview = session.companion"
SWITCH = "session.companion = view if {on} else None"
CELL = f"""%%track
began = time.perf_counter(), time.process_time()
for step in range({POINTS}):
    mlnb.metric("loss", 1.0 / (step + 1))
took = [time.perf_counter() - began[0], time.process_time() - began[1]]"""
ASK = "print(json.dumps(took))"


class Kernel:
    """A kernel, talked to as a notebook does: with the cell's id."""

    def __init__(self, folder: Path) -> None:
        from jupyter_client.manager import KernelManager

        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(cwd=str(folder), env={**os.environ, "MLNB_STORE": str(folder / ".mlnb")})
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def run(self, code: str) -> tuple[str, int]:
        """What it printed, and how many updates of displays it sent."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}  # fmt: skip
        message = self._client.session.msg("execute_request", content, metadata={"cellId": "c1", "tags": []})
        self._client.shell_channel.send(message)
        printed, updates = "", 0
        while True:
            found = self._client.get_iopub_msg(timeout=600)
            if found["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if found["msg_type"] == "status" and found["content"]["execution_state"] == "idle":
                return printed, updates
            if found["msg_type"] == "stream":
                printed += found["content"]["text"]
            updates += found["msg_type"] == "update_display_data"

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="mlnb-live-") as place:
        kernel = Kernel(Path(place))
        kernel.run(SETUP)
        found: dict[bool, list[list[float]]] = {True: [], False: []}
        updates = 0
        for _ in range(TURNS):
            for on in (False, True):
                kernel.run(SWITCH.format(on=on))
                sent = kernel.run(CELL)[1]
                updates += sent if on else 0
                found[on].append(json.loads(kernel.run(ASK)[0]))
        kernel.close()
    for place, what in enumerate(("wall", "CPU")):
        without, with_view = (min(took[place] for took in found[on]) for on in (False, True))
        print(
            f"{what}: {without:.3f} s without, {with_view:.3f} s with the live view, {with_view / without - 1:+.1%}"
        )
    print(f"{updates / TURNS:.0f} updates a cell of {POINTS:,} points")


if __name__ == "__main__":
    main()
