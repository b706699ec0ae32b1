"""papermill's own tests, from the installed package, with mlnb's engine in the default's place.

    python -m benchmarks.papermill_suite [--plain] [pytest arguments]

The files that need a cloud's client library are left out where that isn't installed. `--plain` runs the same
tests with papermill's own engine, to tell what fails anyway.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import tempfile
from pathlib import Path

import pytest

NEEDS = {
    "test_abs": "azure",
    "test_adl": "azure",
    "test_gcs": "gcsfs",
    "test_hdfs": "pyarrow",
    "test_s3": "moto",
}


class Swap:
    """Puts the engine into papermill's registry, and gives each session a store of its own."""

    def __init__(self, store: str) -> None:
        self.store = store

    def pytest_sessionstart(self) -> None:
        from papermill.engines import papermill_engines

        os.environ["MLNB_STORE"] = self.store
        papermill_engines.register(None, papermill_engines.get_engine("mlnb"))


def tests() -> list[str]:
    """The files that can be run here."""
    spec = importlib.util.find_spec("papermill.tests")
    if spec is None or spec.origin is None:
        sys.exit("this papermill was installed without its tests")
    files = sorted(Path(spec.origin).parent.glob("test_*.py"))
    return [str(f) for f in files if importlib.util.find_spec(NEEDS.get(f.stem, "papermill")) is not None]


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--plain"]
    common = ["-p", "no:cacheprovider", "-c", os.devnull, "-q", *arguments]
    # some of them leave notebooks where they run
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        plugins = [] if "--plain" in sys.argv else [Swap(str(Path(folder) / ".mlnb"))]
        return int(pytest.main([*common, *tests()], plugins=plugins))


if __name__ == "__main__":
    sys.exit(main())
