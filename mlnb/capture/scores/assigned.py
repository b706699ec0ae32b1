"""What the cell keeps: assignments, items of lists and dictionaries, what is appended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlnb.capture import words
from mlnb.capture.candidates import LABEL, SOURCE_TEXT, VARIABLE, turn_of
from mlnb.capture.evidence import MAKERS, same_numbers
from mlnb.capture.findings import Metric

if TYPE_CHECKING:
    from mlnb.capture.recorder import Note
    from mlnb.capture.scores.mappings import Mappings
    from mlnb.capture.scores.reading import Reading
    from mlnb.capture.sites import Expression


class Assigned:
    """Reads assignments."""

    def __init__(self, reading: Reading, mappings: Mappings) -> None:
        self._reading = reading
        self._mappings = mappings

    def assign(self, note: Note) -> None:
        """`acc = …`, `a, b = …`."""
        names, value = note.site.names, note.value
        if len(names) > 1:
            if note.site.inner is not None and self._reading.role(note.site.inner) == "validation":
                self._reading.evidence.known.update(name for name in names if words.is_metric_name(name))
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
            self._mappings.read(note, name, value)

    def _number(self, note: Note, name: str, value: float, part: int | None) -> None:
        expression, evidence = note.site.expression, self._reading.evidence
        if expression is not None and expression.form == "Name":
            if expression.text in evidence.known:
                evidence.known.add(name)  # another name for the same; it is seen where it is used
            return
        made = self._reading.maker(note, value, part)
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
        found = self._reading.add(
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
        validated = note.site.inner is not None and self._reading.role(note.site.inner) == "validation"
        if not validated and note.site.function is None and self._is_turned(note, numbers):
            self._reading.curves.append(Metric(name, numbers, list(range(len(numbers)))))
        elif validated:
            self._rename_curve(numbers, name)
            self._reading.candidates.hold(note.site.inner, name, turn_of(note.loops))
        elif self._is_of_known(note):
            pass
        elif self._is_history(note, name):
            if not self._rename_curve(numbers, name):
                self._reading.curves.append(Metric(name, numbers, list(range(len(numbers)))))
            self._reading.candidates.absorb_values(numbers, note.site.inside)
        else:
            return
        self._reading.evidence.known.add(name)

    def _is_of_known(self, note: Note) -> bool:
        """Whether scores that are known one by one are only gathered: `[acc_svm, acc_tree]`, `model.evaluate(…)`."""
        if note.site.inner is not None and self._reading.role(note.site.inner) in MAKERS:
            return True
        parts = note.site.expression.parts if note.site.expression is not None else ()
        return bool(parts) and all(
            part.form == "Name" and part.names <= self._reading.evidence.known for part in parts
        )

    def _is_turned(self, note: Note, numbers: list[float]) -> bool:
        """Whether a validation's folds are taken with another sign, or their roots: those are meant, not the folds."""
        for site in note.site.inside:
            made = self._reading.made.get(site)
            if made is not None and self._reading.role(site) == "validation" and isinstance(made.value, list):
                if len(made.value) != len(numbers):
                    continue
                self._reading.curves[:] = [
                    m for m in self._reading.curves if m.source != "call" or m.values != made.value
                ]
                self._reading.candidates.forget(site)
                return True
        return False

    def _is_history(self, note: Note, name: str) -> bool:
        """A list of scores, not a vector with one number for each row."""
        expression = note.site.expression
        assert expression is not None
        own = any(self._reading.role(site) == "own" for site in note.site.inside)
        if any(words.is_prediction_name(name) for name in expression.calls):
            return False
        if expression.form in {"Attribute", "Subscript"} and "prediction" in self._reading.program.origins(
            expression.names
        ):
            return False
        if self._reading.evidence.averages(expression):
            return True
        if expression.form == "ListComp":
            made = any(self._reading.role(site) in MAKERS for site in note.site.inside)
            judged = any(words.is_metric_function(name) for name in expression.calls)
            return made or (own and (judged or words.is_history_name(name)))
        return words.is_history_name(name) and (own or expression.form in {"Attribute", "Subscript"})

    def _rename_curve(self, values: list[float], name: str) -> bool:
        """A curve that is known by its call gets the name of the variable that holds it."""
        for metric in reversed(self._reading.curves):
            if metric.source == "call" and same_numbers(metric.values, values):
                metric.name = name
                return True
        return False

    def item(self, note: Note) -> None:
        """`results[key] = …`."""
        owner, key = note.site.names[0].removeprefix("self."), note.facts
        counted = isinstance(key, (int, float)) and any(key in (turn.values or ())[:1] for turn in note.loops)
        if isinstance(key, int) and note.site.loops and not note.loops:
            counted = True  # of a loop that was let go
        label = f"{owner}.{key}" if isinstance(key, (str, int, float)) and not counted else owner
        if isinstance(note.value, dict):
            self._mappings.read(note, label, note.value)
            return
        if isinstance(note.value, list):
            parts = note.site.expression.parts if note.site.expression is not None else ()
            if any(part.names & self._reading.evidence.known for part in parts):
                self._reading.evidence.known.add(owner)  # `results[name] = [acc, matrix]`
            elif not parts and words.is_history_name(owner):
                named = isinstance(key, (str, int, float))
                self._kept_curve(owner, f"{owner}.{key}" if named else owner, note.value)
            return
        if not isinstance(note.value, float) or _is_constant(note.site.expression):
            return
        made = self._reading.maker(note, note.value, None)
        says = words.is_history_name(owner) or (isinstance(key, str) and words.is_metric_name(key))
        derived = self._reading.evidence.derives(note.site.expression, note.site.inside)
        if made is not None or says or derived or self._reading.evidence.says(note.site.expression):
            rank = VARIABLE if label != owner else LABEL
            found = self._reading.add(note, label, note.value, rank=rank, source="assigned", call=made)
            found.absorbed = found.absorbed or self._reading.evidence.is_surface(owner)
            self._reading.candidates.absorb(note.site.inside, note)
            self._reading.evidence.known.add(owner)

    def _kept_curve(self, owner: str, label: str, values: list[Any]) -> None:
        """`cost_histories[rate] = costs`: the curve has its key for a name, whatever it was called before."""
        if len(values) < 2:
            return
        curve = next((metric for metric in reversed(self._reading.curves) if metric.values == values), None)
        if curve is None:
            self._reading.curves.append(
                Metric(label, [float(value) for value in values], list(range(len(values))))
            )
        else:
            curve.name = label
        self._reading.evidence.known.add(owner)

    def append(self, note: Note) -> None:
        """`losses.append(…)`."""
        owner = _plain_name(note.site.names[0])
        expression = note.site.expression
        if isinstance(note.value, dict):
            if (
                expression is not None
                and expression.form == "Name"
                and expression.text in self._reading.evidence.known
            ):
                self._reading.evidence.known.add(owner)  # each of its numbers is known since it was made
            else:
                self._mappings.read(note, owner, note.value)
            return
        if isinstance(note.value, list) and expression is not None and expression.parts:
            self._appended_tuple(note, owner)
            return
        if not isinstance(note.value, float):
            return
        made = self._reading.maker(note, note.value, None)
        derived = self._reading.evidence.derives(expression, note.site.inside)
        says = words.is_history_name(owner) or self._reading.evidence.says(expression)
        says = (
            says
            and not self._reading.evidence.is_poor_name(owner)
            and not self._is_continued(owner, expression)
        )
        strong = made is not None or derived or says
        self._reading.add(note, owner, note.value, rank=LABEL, source="assigned", call=made, strong=strong)
        if strong:
            self._reading.candidates.absorb(note.site.inside, note)
            self._reading.evidence.known.update((owner, owner.partition("[")[0]))

    def _is_continued(self, owner: str, expression: Expression | None) -> bool:
        """Whether a series of data goes on with what is predicted for it: `history.append(yhat)`."""
        if expression is not None and expression.form == "Name" and words.is_predicted_name(expression.text):
            return True
        return "data" in self._reading.program.origins([owner])

    def _appended_tuple(self, note: Note, owner: str) -> None:
        """`results.append((name, accuracy_score(y, p)))`: those in it that are computed from scores."""
        assert note.site.expression is not None
        for part, value in zip(note.site.expression.parts, note.value, strict=False):
            computed = part.form != "Name" and (
                self._reading.evidence.derives(part, note.site.inside) or self._reading.evidence.says(part)
            )
            if isinstance(value, float) and computed:
                self._reading.add(note, f"{owner}.{part.text}", value, rank=SOURCE_TEXT, source="assigned")


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


def _plain_name(text: str) -> str:
    """`history['loss']` is `history.loss`."""
    return (
        text.replace("['", ".").replace("']", "").replace('["', ".").replace('"]', "").removeprefix("self.")
    )
