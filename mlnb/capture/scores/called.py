"""What calls gave: metric functions and `score`, validations, searches and fits, reports."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library
from mlnb.capture.calls import Call
from mlnb.capture.candidates import LABEL, SAID, SOURCE_TEXT
from mlnb.capture.evidence import MAKERS
from mlnb.capture.findings import Metric
from mlnb.capture.scores.mappings import TIMES

if TYPE_CHECKING:
    from mlnb.capture.recorder import Note
    from mlnb.capture.scores.reading import Reading
    from mlnb.capture.sinks import Logged

_REPORT_ROW: Final = re.compile(
    r"^\s*(accuracy|micro avg|macro avg|weighted avg)((?:\s+[\d.]+)+)\s*$", re.MULTILINE
)
_REPORT_COLUMNS: Final = ("precision", "recall", "f1-score")


class Called:
    """Reads calls."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def read(self, note: Note) -> None:
        """A call's result, by what the function is to an experiment."""
        call = note.facts
        if not isinstance(call, Call):
            return
        if call.role in MAKERS:
            self._returned(note, call)
        elif call.role == "validation":
            self._validation(note, call)
        elif call.role == "report" and call.text:
            self._report(note, call.text)
        elif call.role == "fit":
            self._fit(note, call)
        elif call.logged is not None:
            self._logged(note, call.logged)

    def _returned(self, note: Note, call: Call) -> None:
        """A number, or several: a statistic and its p-value, what Keras' `evaluate` gives."""
        if isinstance(note.value, (int, float)):
            found = self._reading.add(
                note, note.site.text, note.value, rank=SOURCE_TEXT, source="call", call=call
            )
            found.absorbed = note.site.step
        elif isinstance(note.value, list):
            model = call.estimator.model if call.estimator else None
            names = list(
                getattr(model, "metrics_names", None) or [f"{call.name}.{part}" for part in call.parts]
            )
            for place, value in enumerate(note.value):
                if isinstance(value, (int, float)):
                    name = str(names[place]) if place < len(names) else f"{note.site.text}[{place}]"
                    self._reading.add(
                        note, name, value, rank=SOURCE_TEXT, source="call", call=call, part=place
                    )
        elif isinstance(note.value, dict):
            for key, value in note.value.items():
                if isinstance(value, (int, float)):
                    self._reading.add(note, key, value, rank=LABEL, source="call", call=call)

    def _logged(self, note: Note, logged: Logged) -> None:
        """What the user's own call to a tracker says, at its step: it wins over what was found by ourselves."""
        if logged.step is not None and note.loops:
            inner = note.loops[-1]._replace(values=(logged.step,))
            note = replace(note, loops=(*note.loops[:-1], inner))
        for name, value in logged.numbers.items():
            self._reading.candidates.say(value, note)
            self._reading.add(note, name, value, rank=SAID, source="logged")

    def _validation(self, note: Note, call: Call) -> None:
        """Every fold, the mean and the standard deviation."""
        import numpy as np

        owner = self._reading.groups.name(call.estimator, looped=bool(note.loops)) if call.estimator else ""
        for name, values in _series_of(note.value):
            base = ".".join(part for part in (owner, call.name, name) if part)
            if not note.loops:  # in a loop, the means are the curve
                self._reading.curves.append(
                    Metric(base, values, list(range(len(values))), owner or None, None, "call")
                )
            if call.name in library.VALIDATION_PARTS:
                continue  # one number for each setting: their mean says nothing
            # By NumPy, so that they are known again, to the last digit, where the user computes them.
            mean, std = float(np.mean(values)), float(np.std(values))
            for label, value in (("mean", mean), ("std", std)):
                self._reading.add(note, f"{base}.{label}", value, rank=SOURCE_TEXT, source="call", call=call)

    def _report(self, note: Note, text: str) -> None:
        """A classification report's last lines: over all classes."""
        for row, numbers in _REPORT_ROW.findall(text):
            values = [float(number) for number in numbers.split()]
            if row == "accuracy":
                self._reading.add(note, "accuracy", values[0], rank=LABEL, source="call")
                continue
            for column, value in zip(_REPORT_COLUMNS, values, strict=False):
                self._reading.add(note, f"{row} {column}", value, rank=LABEL, source="call")

    def _fit(self, note: Note, call: Call) -> None:
        if isinstance(note.value, dict):
            for name, values in _series_of(note.value):
                self._reading.curves.append(
                    Metric(name, values, list(range(len(values))), None, None, "call")
                )
        if call.estimator is None:
            return
        owner, learnt = (
            self._reading.groups.name(call.estimator, looped=bool(note.loops)),
            call.estimator.learnt,
        )
        best = learnt.get("best_score_")
        if isinstance(best, (int, float)):
            self._reading.add(
                note, f"{owner}.best_score_", float(best), rank=LABEL, source="estimator", call=call
            )
        if "scores" in learnt and call.estimator.variable:
            self._reading.evidence.known.add(f"{call.estimator.variable}.cv_results_")
        for name, values in {**learnt.get("scores", {}), **learnt.get("logs", {})}.items():
            self._reading.curves.append(
                Metric(f"{owner}.{name}", values, list(range(len(values))), owner, None, "estimator")
            )


def _series_of(value: Any) -> list[tuple[str, list[float]]]:
    """The lists of numbers in what a validation or a fit returned; times are none of it."""
    if isinstance(value, list):
        numbers = [float(item) for item in value if isinstance(item, (int, float))]
        return [("", numbers)] if numbers else []
    if isinstance(value, dict):
        return [
            (str(key), [float(item) for item in items])
            for key, items in value.items()
            if isinstance(items, list)
            and items
            and not str(key).endswith(TIMES)
            and all(isinstance(i, (int, float)) for i in items)
        ]
    return []
