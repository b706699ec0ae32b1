"""`mlnb.run()`, and the verbs of the active run as functions: `mlnb.metric("loss", 0.3)`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlnb import events
from mlnb.errors import UsageError
from mlnb.tracking.recording import Run, active, start

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def run(
    name: str | None = None,
    *,
    params: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    experiment: str | None = None,
    store: str | os.PathLike[str] | None = None,
) -> Run:
    """Start a run; use it in a `with` block, or call its `finish()`.

    Inside another run it becomes that run's child.

    Raises
    ------
    StoreError
        The store can't be made, read or written.
    """
    return start(name, params=params, tags=tags, experiment=experiment, store=store)


def param(name: str, value: Any) -> None:
    """Record a parameter of the active run. See `Run.param`."""
    _required().param(name, value)


def params(values: Mapping[str, Any]) -> None:
    """Record parameters of the active run. See `Run.params`."""
    _required().params(values)


def metric(name: str, value: float, step: int | None = None) -> None:
    """Record one point of a metric of the active run. See `Run.metric`."""
    _required().metric(name, value, step)


def metrics(values: Mapping[str, float], step: int | None = None) -> None:
    """Record one point of each of several metrics of the active run. See `Run.metrics`."""
    _required().metrics(values, step)


def history(name: str, values: ArrayLike, steps: ArrayLike | None = None) -> None:
    """Record a whole curve of the active run. See `Run.history`."""
    _required().history(name, values, steps)


def data(obj: Any, name: str, *, role: events.Role = "input", schema: Any = None) -> str:
    """Record the fingerprint of data that the active run used. See `Run.data`."""
    return Kept(_required().data(obj, name, role=role, schema=schema))


def model(estimator: Any, name: str | None = None, *, input_example: Any = None) -> str:
    """Keep a fitted estimator of the active run. See `Run.model`."""
    return Kept(_required().model(estimator, name, input_example=input_example))


def figure(figure: Any, name: str) -> str:
    """Keep a figure of the active run. See `Run.figure`."""
    return Kept(_required().figure(figure, name))


def artifact(path: str | os.PathLike[str], name: str | None = None) -> str:
    """Keep a copy of a file with the active run. See `Run.artifact`."""
    return Kept(_required().artifact(path, name))


def text(name: str, text: str) -> str:
    """Keep a text with the active run. See `Run.text`."""
    return Kept(_required().text(name, text))


def tag(key: str, value: str | None = "") -> None:
    """Set a tag of the active run. See `Run.tag`."""
    _required().tag(key, value)


def note(text: str) -> None:
    """Set the note of the active run. See `Run.note`."""
    _required().note(text)


class Kept(str):
    """The hash of what was kept. As a cell's last expression it shows nothing: nobody wants to read it there."""

    __slots__ = ()

    def _ipython_display_(self) -> None: ...


def _required() -> Run:
    run = active()
    if run is None:
        raise UsageError(
            "no run is active here",
            hint="put %%track on top of the cell, or write `with mlnb.run():` around it",
        )
    return run
