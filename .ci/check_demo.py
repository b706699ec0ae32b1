"""Checks what `mlnb demo` left in this folder, by the commands that a user would type."""

from __future__ import annotations

import json
import subprocess
import sys


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def listed(*command: str) -> list[dict[str, object]]:
    return json.loads(said(*command, "--json"))


def main() -> int:
    runs = [run for run in listed("mlnb", "runs") if run["status"] == "finished" and run["params"]]
    distinct = {json.dumps([run["params"], run["metrics"]], sort_keys=True) for run in runs}
    assert len(distinct) >= 12, f"{len(distinct)} finished runs that differ"
    models = listed("mlnb", "models")
    assert any("champion" in model["aliases"] for model in models), models
    for run in runs:
        if run["kind"] == "notebook":
            target = f"{run['run_id']}.ipynb"
            said("mlnb", "show", str(run["run_id"]), "--notebook", target)
            said("jupyter", "nbconvert", "--to", "html", "--log-level", "ERROR", target)
    # The lists of extensions go to standard error in some versions.
    for command in (("labextension", "list"), ("server", "extension", "list")):
        done = subprocess.run(["jupyter", *command], check=True, capture_output=True, text=True)
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "mlnb" in line]
        assert any("enabled" in line or "OK" in line for line in lines), (command, lines)
    print(f"{len(distinct)} runs that differ, champion set, notebooks exported, extensions enabled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
