"""Metrics from a cell's notes: reads them in their order, and turns the numbers that are scores into metrics."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import curves, library, words
from mlnb.capture.calls import Call
from mlnb.capture.candidates import LABEL, SOURCE_TEXT, VARIABLE, Candidate, Candidates, turn_of
from mlnb.capture.evidence import MAKERS, Evidence
from mlnb.capture.findings import Metric
from mlnb.capture.recorder import Note
from mlnb.capture.tables import Cells

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mlnb.capture.program import Program
    from mlnb.capture.settings import Groups
    from mlnb.capture.sites import Expression
    from mlnb.events import Source

_REPORT_ROW: Final = re.compile(
    r"^\s*(accuracy|micro avg|macro avg|weighted avg)((?:\s+[\d.]+)+)\s*$", re.MULTILINE
)
_TIMES: Final = "_time"  # of a validation: `fit_time`, `score_time`
_NAME: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_REPORT_COLUMNS: Final = ("precision", "recall", "f1-score")


class Scores:
    """Reads one cell's notes. `known` are variables that hold scores, from cells before; it grows."""

    def __init__(
        self, groups: Groups, program: Program, known: set[str], recorded: Collection[float] = ()
    ) -> None:
        self._groups = groups
        self._program = program
        self._made: dict[int, Note] = {}
        self._evidence = Evidence(program, known, self._made)
        self._candidates = Candidates()
        self._curves: list[Metric] = []
        self._recorded = recorded
        self._labels: dict[int, str] = {}
        self._used: dict[int, str] = {}
        self._scored: set[int] = set()  # printed texts with a score in them

    def read(self, notes: Iterable[Note]) -> list[Metric]:
        """The metrics of a cell."""
        for note in notes:
            reader = getattr(self, f"_{note.site.kind}", None)
            if reader is not None:
                reader(note)
            if note.site.kind == "call":
                self._made[note.site.number] = note
        return curves.collected(self._candidates, self._curves, self._recorded)

    @property
    def candidates(self) -> Candidates:
        """Every number that was looked at."""
        return self._candidates

    # ---- calls ------------------------------------------------------------------------------

    def _call(self, note: Note) -> None:
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

    def _returned(self, note: Note, call: Call) -> None:
        """A number, or several: a statistic and its p-value, what Keras' `evaluate` gives."""
        if isinstance(note.value, (int, float)):
            found = self._add(note, note.site.text, note.value, rank=SOURCE_TEXT, source="call", call=call)
            found.absorbed = note.site.step
        elif isinstance(note.value, list):
            model = call.estimator.model if call.estimator else None
            names = list(
                getattr(model, "metrics_names", None) or [f"{call.name}.{part}" for part in call.parts]
            )
            for place, value in enumerate(note.value):
                if isinstance(value, (int, float)):
                    name = str(names[place]) if place < len(names) else f"{note.site.text}[{place}]"
                    self._add(note, name, value, rank=SOURCE_TEXT, source="call", call=call, part=place)
        elif isinstance(note.value, dict):
            for key, value in note.value.items():
                if isinstance(value, (int, float)):
                    self._add(note, key, value, rank=LABEL, source="call", call=call)

    def _validation(self, note: Note, call: Call) -> None:
        """Every fold, the mean and the standard deviation."""
        import numpy as np

        owner = self._groups.name(call.estimator, looped=bool(note.loops)) if call.estimator else ""
        for name, values in _series_of(note.value):
            base = ".".join(part for part in (owner, call.name, name) if part)
            if not note.loops:  # in a loop, the means are the curve
                self._curves.append(
                    Metric(base, values, list(range(len(values))), owner or None, None, "call")
                )
            if call.name in library.VALIDATION_PARTS:
                continue  # one number for each setting: their mean says nothing
            # By NumPy, so that they are known again, to the last digit, where the user computes them.
            mean, std = float(np.mean(values)), float(np.std(values))
            for label, value in (("mean", mean), ("std", std)):
                self._add(note, f"{base}.{label}", value, rank=SOURCE_TEXT, source="call", call=call)

    def _report(self, note: Note, text: str) -> None:
        """A classification report's last lines: over all classes."""
        for row, numbers in _REPORT_ROW.findall(text):
            values = [float(number) for number in numbers.split()]
            if row == "accuracy":
                self._add(note, "accuracy", values[0], rank=LABEL, source="call")
                continue
            for column, value in zip(_REPORT_COLUMNS, values, strict=False):
                self._add(note, f"{row} {column}", value, rank=LABEL, source="call")

    def _fit(self, note: Note, call: Call) -> None:
        if isinstance(note.value, dict):
            for name, values in _series_of(note.value):
                self._curves.append(Metric(name, values, list(range(len(values))), None, None, "call"))
        if call.estimator is None:
            return
        owner, learnt = self._groups.name(call.estimator, looped=bool(note.loops)), call.estimator.learnt
        best = learnt.get("best_score_")
        if isinstance(best, (int, float)):
            self._add(note, f"{owner}.best_score_", float(best), rank=LABEL, source="estimator", call=call)
        if "scores" in learnt and call.estimator.variable:
            self._evidence.known.add(f"{call.estimator.variable}.cv_results_")
        for name, values in {**learnt.get("scores", {}), **learnt.get("logs", {})}.items():
            self._curves.append(
                Metric(f"{owner}.{name}", values, list(range(len(values))), owner, None, "estimator")
            )

    # ---- assignments ------------------------------------------------------------------------

    def _assign(self, note: Note) -> None:
        names, value = note.site.names, note.value
        if len(names) > 1:
            if note.site.inner is not None and self._role(note.site.inner) == "validation":
                self._evidence.known.update(name for name in names if words.is_metric_name(name))
            if isinstance(value, list) and len(value) == len(names):
                for place, (name, part) in enumerate(zip(names, value, strict=True)):
                    self._assign_one(note, name, part, place)
        elif names:
            self._assign_one(note, names[0].removeprefix("self."), value, None)

    def _assign_one(self, note: Note, name: str, value: Any, part: int | None) -> None:
        if isinstance(value, (int, float)):
            self._number(note, name, value, part)
        elif isinstance(value, list):
            self._list(note, name, value)
        elif isinstance(value, dict):
            self._dict(note, name, value)

    def _number(self, note: Note, name: str, value: float, part: int | None) -> None:
        expression, evidence = note.site.expression, self._evidence
        if expression is not None and expression.form == "Name":
            if expression.text in evidence.known:
                evidence.known.add(name)  # another name for the same; it is seen where it is used
            return
        made = self._maker(note, value, part)
        own = expression
        if expression is not None and part is not None and part < len(expression.parts):
            own = expression.parts[part]
        if made is None and (isinstance(value, int) or _is_constant(own)):
            return
        # `best_alpha, best_error = alpha, error`: each name by what it gets, not by what the other gets.
        inside = note.site.inside if own is expression or (own is not None and own.calls) else ()
        derived = evidence.derives(own, inside) or evidence.is_compared(own)
        derived = derived or (bool(note.loops) and evidence.is_learnt(own))
        derived = derived and not evidence.is_poor_name(name)
        if made is None and own is not None and own.subtracts and note.loops and not derived:
            return  # one sample's residual
        if made is None and note.site.function is not None and words.is_criterion_name(name):
            return  # a tree's way to its splits
        says = words.is_metric_name(name) and not (expression is not None and evidence.is_picked(expression))
        found = self._add(
            note,
            name,
            value,
            rank=VARIABLE,
            source="assigned",
            call=made,
            part=part,
            strong=made is not None or derived or says,
            key=name,
        )
        if part is not None and words.is_noise(name) and not says:
            found.absorbed = True  # of what a regression returned, the slope is no score
        elif found.strong:
            evidence.known.add(name)

    def _list(self, note: Note, name: str, values: list[Any]) -> None:
        expression = note.site.expression
        numbers = [float(item) for item in values if isinstance(item, (int, float))]
        if len(numbers) != len(values) or len(numbers) < 2 or expression is None:
            return
        validated = note.site.inner is not None and self._role(note.site.inner) == "validation"
        if not validated and note.site.function is None and self._is_turned(note, numbers):
            self._curves.append(Metric(name, numbers, list(range(len(numbers)))))
        elif validated:
            self._rename_curve(numbers, name)
            self._candidates.hold(note.site.inner, name, turn_of(note.loops))
        elif self._is_of_known(note):
            pass
        elif self._is_history(note, name):
            if not self._rename_curve(numbers, name):
                self._curves.append(Metric(name, numbers, list(range(len(numbers)))))
            self._candidates.absorb_values(numbers, note.site.inside)
        else:
            return
        self._evidence.known.add(name)

    def _is_of_known(self, note: Note) -> bool:
        """Whether scores that are known one by one are only gathered: `[acc_svm, acc_tree]`, `model.evaluate(…)`."""
        if note.site.inner is not None and self._role(note.site.inner) in MAKERS:
            return True
        parts = note.site.expression.parts if note.site.expression is not None else ()
        return bool(parts) and all(
            part.form == "Name" and part.names <= self._evidence.known for part in parts
        )

    def _is_turned(self, note: Note, numbers: list[float]) -> bool:
        """Whether a validation's folds are taken with another sign, or their roots: those are meant, not the folds."""
        for site in note.site.inside:
            made = self._made.get(site)
            if made is not None and self._role(site) == "validation" and isinstance(made.value, list):
                if len(made.value) != len(numbers):
                    continue
                self._curves = [m for m in self._curves if m.source != "call" or m.values != made.value]
                self._candidates.forget(site)
                return True
        return False

    def _is_history(self, note: Note, name: str) -> bool:
        """A list of scores, not a vector with one number for each row."""
        expression = note.site.expression
        assert expression is not None
        own = any(self._role(site) == "own" for site in note.site.inside)
        if any(words.is_prediction_name(name) for name in expression.calls):
            return False
        if expression.form in {"Attribute", "Subscript"} and "prediction" in self._program.origins(
            expression.names
        ):
            return False
        if self._evidence.averages(expression):
            return True
        if expression.form == "ListComp":
            made = any(self._role(site) in MAKERS for site in note.site.inside)
            judged = any(words.is_metric_function(name) for name in expression.calls)
            return made or (own and (judged or words.is_history_name(name)))
        return words.is_history_name(name) and (own or expression.form in {"Attribute", "Subscript"})

    def _rename_curve(self, values: list[float], name: str) -> bool:
        """A curve that is known by its call gets the name of the variable that holds it."""
        for metric in reversed(self._curves):
            if metric.source == "call" and metric.values == values:
                metric.name = name
                return True
        return False

    def _dict(self, note: Note, name: str, values: dict[str, Any]) -> None:
        if note.site.inner is not None and self._role(note.site.inner) in {"validation", "fit"}:
            self._evidence.known.add(name)
            return
        expression = note.site.expression
        if isinstance(values, Cells):
            if self._evidence.is_data(expression) or self._is_of_search(expression):
                return
            name = _table_name(name)
        shown = note.site.kind in {"shown", "print"}
        if shown and self._is_known(values):
            return
        ours = words.is_history_name(name) or self._evidence.derives(expression, note.site.inside)
        ours = ours or _has_siblings(values)
        swept = {value for turn in note.loops for value in turn.values or () if isinstance(value, float)}
        prefix = next((text for text in values.values() if isinstance(text, str)), name)
        taken = []
        for key, value in values.items():
            if key.endswith(_TIMES):
                continue
            if isinstance(value, list) and (words.is_history_name(key) or ours):
                numbers = [float(item) for item in value if isinstance(item, (int, float))]
                if (
                    numbers and note.loops
                ):  # one curve for each turn: what it ends with makes the curve of the turns
                    self._add(note, f"{name}.{key}", numbers[-1], rank=VARIABLE, source="assigned")
                elif len(numbers) > 1:
                    self._curves.append(Metric(f"{name}.{key}", numbers, list(range(len(numbers)))))
            elif (
                isinstance(value, float)
                and not math.isinf(value)
                and (
                    words.is_metric_name(key) or (ours and value not in swept and not words.is_size_name(key))
                )
            ):
                taken.append(value)
                if self._candidates.has(f"{name}.{key}", value, turn_of(note.loops)):
                    continue
                self._add(
                    note, f"{prefix}.{key}", value, rank=VARIABLE, source="assigned", key=f"{name}.{key}"
                )
        self._candidates.absorb_values(taken, note.site.inside)
        if taken:
            self._candidates.absorb(note.site.inside, note)
            self._evidence.known.add(name)

    def _is_known(self, values: dict[str, Any]) -> bool:
        """Whether a table or dictionary shows, perhaps rounded, what is known one by one."""
        shown = [
            value
            for key, value in values.items()
            if isinstance(value, float) and not words.is_counter_name(key)
        ]
        if not shown or any(isinstance(value, list) for value in values.values()):
            return False
        known = {candidate.value for candidate in self._candidates if not self._is_weak(candidate)}
        known.update(value for curve in self._curves for value in curve.values)
        known.update(self._recorded)
        return all(value in known or any(_is_rounded(value, one) for one in known) for value in shown)

    @staticmethod
    def _is_weak(candidate: Candidate) -> bool:
        """Whether a number will not be a metric."""
        return not candidate.strong or (candidate.absorbed and not candidate.made)

    def _is_of_search(self, expression: Expression | None) -> bool:
        """Whether a table holds a search's candidates, which are known since it was fitted."""
        return (
            expression is not None
            and "cv_results_" in expression.attributes
            and any(f"{name}.cv_results_" in self._evidence.known for name in expression.names)
        )

    def _item(self, note: Note) -> None:
        owner, key = note.site.names[0].removeprefix("self."), note.facts
        counted = isinstance(key, (int, float)) and any(key in (turn.values or ())[:1] for turn in note.loops)
        if isinstance(key, int) and note.site.loops and not note.loops:
            counted = True  # of a loop that was let go
        label = f"{owner}.{key}" if isinstance(key, (str, int, float)) and not counted else owner
        if isinstance(note.value, dict):
            self._dict(note, label, note.value)
            return
        if isinstance(note.value, list):
            parts = note.site.expression.parts if note.site.expression is not None else ()
            if any(part.names & self._evidence.known for part in parts):
                self._evidence.known.add(owner)  # `results[name] = [acc, matrix]`
            elif not parts and words.is_history_name(owner):
                named = isinstance(key, (str, int, float))
                self._kept_curve(owner, f"{owner}.{key}" if named else owner, note.value)
            return
        if not isinstance(note.value, float) or _is_constant(note.site.expression):
            return
        made = self._maker(note, note.value, None)
        says = words.is_history_name(owner) or (isinstance(key, str) and words.is_metric_name(key))
        derived = self._evidence.derives(note.site.expression, note.site.inside)
        if made is not None or says or derived or self._evidence.says(note.site.expression):
            rank = VARIABLE if label != owner else LABEL
            found = self._add(note, label, note.value, rank=rank, source="assigned", call=made)
            found.absorbed = found.absorbed or self._evidence.is_surface(owner)
            self._candidates.absorb(note.site.inside, note)
            self._evidence.known.add(owner)

    def _kept_curve(self, owner: str, label: str, values: list[Any]) -> None:
        """`cost_histories[rate] = costs`: the curve has its key for a name, whatever it was called before."""
        if len(values) < 2:
            return
        curve = next((metric for metric in reversed(self._curves) if metric.values == values), None)
        if curve is None:
            self._curves.append(Metric(label, [float(value) for value in values], list(range(len(values)))))
        else:
            curve.name = label
        self._evidence.known.add(owner)

    def _append(self, note: Note) -> None:
        owner = _plain_name(note.site.names[0])
        expression = note.site.expression
        if isinstance(note.value, dict):
            if (
                expression is not None
                and expression.form == "Name"
                and expression.text in self._evidence.known
            ):
                self._evidence.known.add(owner)  # each of its numbers is known since it was made
            else:
                self._dict(note, owner, note.value)
            return
        if isinstance(note.value, list) and expression is not None and expression.parts:
            self._appended_tuple(note, owner)
            return
        if not isinstance(note.value, float):
            return
        made = self._maker(note, note.value, None)
        derived = self._evidence.derives(expression, note.site.inside)
        says = words.is_history_name(owner) or self._evidence.says(expression)
        says = says and not self._evidence.is_poor_name(owner) and not self._is_continued(owner, expression)
        strong = made is not None or derived or says
        self._add(note, owner, note.value, rank=LABEL, source="assigned", call=made, strong=strong)
        if strong:
            self._candidates.absorb(note.site.inside, note)
            self._evidence.known.update((owner, owner.partition("[")[0]))

    def _is_continued(self, owner: str, expression: Expression | None) -> bool:
        """Whether a series of data goes on with what is predicted for it: `history.append(yhat)`."""
        if expression is not None and expression.form == "Name" and words.is_predicted_name(expression.text):
            return True
        return "data" in self._program.origins([owner])

    def _appended_tuple(self, note: Note, owner: str) -> None:
        """`results.append((name, accuracy_score(y, p)))`: those in it that are computed from scores."""
        assert note.site.expression is not None
        for part, value in zip(note.site.expression.parts, note.value, strict=False):
            computed = part.form != "Name" and (
                self._evidence.derives(part, note.site.inside) or self._evidence.says(part)
            )
            if isinstance(value, float) and computed:
                self._add(note, f"{owner}.{part.text}", value, rank=SOURCE_TEXT, source="assigned")

    # ---- printed and shown ------------------------------------------------------------------

    def _print(self, note: Note) -> None:
        site, value = note.site, note.value
        if isinstance(value, str):
            self._labels[site.group] = words.label_of(value)
            return
        label = words.label_of(site.label or "")
        if not label and (label := self._labels.get(site.group, "")):
            used = self._used.get(site.group) == label
            self._used[site.group] = label
            spread = _spread_of(site.expression)
            label = f"{label} {spread or site.text}" if used or spread else label
        if isinstance(value, dict):
            self._dict(note, site.text, value) if site.expression and site.expression.form == "Name" else None
            return
        if isinstance(value, list):
            self._learnt(note, value)
            return
        if not isinstance(value, (int, float)) or self._is_known_scaled(note):
            return
        made = self._maker(note, value, None)
        if made is None and (isinstance(value, int) or site.drawn):
            return
        strong = made is not None or self._is_printed_score(note, label)
        if not strong and words.says_deviation(site.label or "") and site.group in self._scored:
            strong, label = True, ""
        if strong:
            self._scored.add(site.group)
        found = self._add(
            note,
            label or site.text,
            value,
            rank=LABEL if label else SOURCE_TEXT,
            source="call",
            call=made,
            strong=strong,
        )
        if strong:
            self._promote(note)
            self._candidates.absorb(set(site.inside) - {found.note.site.number}, note)

    def _is_printed_score(self, note: Note, label: str) -> bool:
        expression, evidence = note.site.expression, self._evidence
        if evidence.derives(expression, note.site.inside):
            return not words.is_count(label)
        if expression is not None and (evidence.is_picked(expression) or evidence.is_weight(expression)):
            return False
        if words.says_metric(label) or evidence.says(expression):
            return True
        if expression is not None and expression.differs and label:
            return not words.is_noise(label)
        return bool(label) and not words.is_noise(label) and evidence.is_compared(expression)

    def _promote(self, note: Note) -> None:
        """A variable that is printed as a score was one before, too."""
        expression = note.site.expression
        if expression is not None and expression.form == "Name":
            for candidate in self._candidates.of_variable(expression.text):
                candidate.strong = True

    def _is_known_scaled(self, note: Note) -> bool:
        """Whether it is a known score in another unit, or what a loop reads again from a list of them."""
        expression = note.site.expression
        if expression is None:
            return False
        if expression.scales in self._evidence.known:
            return True
        if note.loops and expression.scales in note.loops[-1].names:
            over = re.findall(r"\w+", note.loops[-1].text.partition(" in ")[2])
            if not self._evidence.known.isdisjoint(over):
                return True
        listed = (
            expression.form == "Subscript"
            and bool(note.loops)
            and bool(expression.names & self._evidence.known)
        )
        listed = listed or (
            expression.form == "Name" and bool(note.loops) and expression.text in note.loops[-1].names
        )
        return listed and any(other.value == note.value for other in self._candidates)

    def _shown(self, note: Note) -> None:
        expression = note.site.expression
        if isinstance(note.value, float):
            made = self._maker(note, note.value, None)
            ours = self._evidence
            strong = (
                ours.derives(expression, note.site.inside)
                or ours.says(expression)
                or ours.is_compared(expression)
            )
            if made is None and (not strong or ours.describes(expression) or self._is_known_scaled(note)):
                return
            found = self._add(note, note.site.text, note.value, rank=SOURCE_TEXT, source="call", call=made)
            self._candidates.absorb(set(note.site.inside) - {found.note.site.number}, note)
        elif isinstance(note.value, dict):
            self._dict(note, note.site.text, note.value)
        elif isinstance(note.value, list) and expression is not None:
            self._learnt(note, note.value)
            for part, value in zip(expression.parts, note.value, strict=False):
                if (
                    isinstance(value, float)
                    and part.form != "Call"
                    and (self._evidence.says(part) or part.names & self._evidence.known)
                ):
                    self._add(note, part.text, value, rank=SOURCE_TEXT, source="call", key=part.text)

    def _learnt(self, note: Note, values: list[Any]) -> None:
        """What an estimator says of itself in several numbers; one for each feature is none of it."""
        expression = note.site.expression
        if expression is None or expression.form != "Attribute" or not self._evidence.says(expression):
            return
        if (
            expression.text.endswith((".scores_", ".pvalues_", ".pvalues"))
            or expression.text in self._evidence.known
        ):
            return
        numbers = [float(item) for item in values if isinstance(item, (int, float))]
        if len(numbers) == len(values) > 1 and not note.loops:
            self._evidence.known.add(expression.text)
            self._curves.append(
                Metric(expression.text, numbers, list(range(len(numbers))), source="estimator")
            )

    # ---- candidates -------------------------------------------------------------------------

    def _maker(self, note: Note, value: float, part: int | None) -> Call | None:
        """The call whose result this is."""
        made = self._made.get(note.site.inner) if note.site.inner is not None else None
        if made is None or not isinstance(made.facts, Call) or made.facts.role not in MAKERS:
            return None
        result = (
            made.value[part]
            if part is not None and isinstance(made.value, list) and part < len(made.value)
            else made.value
        )
        return made.facts if result == value else None

    def _role(self, site: int) -> str | None:
        made = self._made.get(site)
        return made.facts.role if made is not None and isinstance(made.facts, Call) else None

    def _add(
        self,
        note: Note,
        name: str,
        value: float,
        *,
        rank: int,
        source: Source,
        call: Call | None = None,
        strong: bool = True,
        key: str = "",
        part: int | None = None,
    ) -> Candidate:
        estimator = dataset = None
        if call is not None:
            estimator = self._groups.name(call.estimator, looped=bool(note.loops)) if call.estimator else None
            dataset = call.data[0].described.digest if call.data else None
        found = Candidate(
            name,
            float(value),
            note,
            strong,
            rank,
            source,
            estimator,
            dataset,
            key,
            part,
            made=call is not None,
        )
        added = self._candidates.add(found)
        if rank == VARIABLE and strong:
            self._candidates.absorb(set(note.site.inside) - {added.note.site.number}, note)
        return added


def _is_constant(expression: Any) -> bool:
    """`np.inf`, `float("inf")`, `0.0`: where a search for the best, or a sum, begins."""
    return expression is not None and (
        expression.form == "Constant"
        or (
            expression.form == "Attribute"
            and expression.attributes <= {"inf", "nan", "Inf", "NaN", "pi", "e"}
        )
        or (expression.calls == {"float"} and not expression.names)
    )


def _table_name(text: str) -> str:
    """`board` of `board.sort_values("rmse").head()`, and of `board.round(2)`."""
    found = _NAME.match(text)
    if found is None:
        return text
    name, follows = found.group(), text[found.end() : found.end() + 1]
    return name.rpartition(".")[0] or text if follows == "(" else name


def _spread_of(expression: Expression | None) -> str:
    """`mean` or `std`, where that is what is printed: `print(name, scores.mean())`."""
    if expression is None or expression.form != "Call":
        return ""
    return next((call for call in ("mean", "std") if call in expression.calls), "")


def _is_rounded(shown: float, value: float) -> bool:
    """Whether a number is another one with fewer digits."""
    digits = len(repr(shown).partition(".")[2])
    return digits <= 6 and round(value, digits) == shown


def _has_siblings(values: dict[str, Any]) -> bool:
    """A dictionary of numbers of which one is called a score: the others are scores, too."""
    numbers = {key: value for key, value in values.items() if isinstance(value, (int, float))}
    named = [key for key, value in numbers.items() if isinstance(value, float) and words.is_metric_name(key)]
    return bool(named) and len(numbers) <= 2 * len(named)


def _plain_name(text: str) -> str:
    """`history['loss']` is `history.loss`."""
    return (
        text.replace("['", ".").replace("']", "").replace('["', ".").replace('"]', "").removeprefix("self.")
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
            and not str(key).endswith(_TIMES)
            and all(isinstance(i, (int, float)) for i in items)
        ]
    return []
