"""What the store's tests share."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, settings

from mlnb import events, ids
from mlnb.store import flusher

settings.register_profile(
    "store",
    deadline=None,
    max_examples=25,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("store")


@pytest.fixture
def begin(store):
    """Begin a run in a store (by default the test's own): its id and its writer, still open."""

    def begin(home=None, run_id=None, **known):
        run_id = run_id or ids.new_id()
        writer = (home or store).writer(run_id)
        started = {"name": "a-run", "experiment": "tests", "run_kind": "script"} | known
        writer.append(events.RunStarted(run_id=run_id, **started))
        return run_id, writer

    return begin


@pytest.fixture
def ended():
    """The event that ends a run well."""
    return events.RunEnded(status="finished", duration=1.0)


@pytest.fixture
def holder(store):
    """Another process that holds the index open, until it is told to stop: a function that starts it."""
    started = []

    def hold():
        code = (
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(store.database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout.readline() == b"held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture(autouse=True)
def _no_flusher_left():
    yield
    flusher.forget()
