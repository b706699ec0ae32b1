"""Notes what passes through the probes while a cell is tracked, and only then.

The probes' two names live in the user's namespace (hidden from `%who`) and in `builtins`, so that a `%reset` in
the cell does no harm. Off, they are `operator.itemgetter(1)`: C code that gives back the value. On, they are
objects that note the value, at once turned into plain numbers and descriptions: no array, tensor or
frame is kept alive. A pickled probe is `itemgetter(1)` again.

A loop whose probes cost more than they may is let go: its probe is off for the rest of the cell.
"""

from __future__ import annotations

import argparse
import builtins
import operator
import sys
import threading
import time
import weakref
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mlnb.capture import estimators, kept, library, numbers, unseen
from mlnb.capture.described import Describer
from mlnb.capture.probes import LOOP_PROBE, PROBE
from mlnb.capture.sites import MISSING, Argument, Prediction, Site
from mlnb.capture.values import ITEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

OFF: Final = operator.itemgetter(1)
MOST: Final = 200_000  # notes of one cell
PER_SITE: Final = 50_000
LOOK_EVERY: Final = 20_000  # loop probes between two looks at the clock
DULL: Final = 100  # values of an assignment in a loop without a number among them, after which it is let go
SHARE: Final = 0.05  # of the time that fast loops' probes may take


class Turn(NamedTuple):
    """One turn of a loop: its site, the turn's number, its variables' values, which time the loop was begun, its
    variables' names and its source."""

    site: int
    number: int
    values: Any
    activation: int
    names: tuple[str, ...] = ()
    text: str = ""


@dataclass(slots=True)
class Note:
    """One value that passed: `value` is a number, a list or dictionary of numbers, or `None`.

    `loops` says in which turn of which loops, outermost first.
    """

    site: Site
    order: int
    value: Any
    loops: tuple[Turn, ...] = ()
    facts: Any = None


@dataclass(slots=True)
class Call:
    """The facts of a watched call. `settings` are (name, value, source text); `data` (name, role, fingerprint)."""

    role: str
    name: str
    estimator: EstimatorSeen | None = None
    settings: list[tuple[str, Any, Argument]] = field(default_factory=list)
    data: list[DataSeen] = field(default_factory=list)
    text: str | None = None
    parts: tuple[str, ...] = ()  # what the items of a result are called


@dataclass(slots=True)
class EstimatorSeen:
    """An estimator as it was when it was built, fitted or scored.

    `origin` is the site that built it, if that was seen. The object itself is only referred to weakly: a loop's hundred
    forests are not kept alive.
    """

    name: str
    settings: dict[str, Any]
    variable: str | None = None
    origin: int | None = None
    learnt: dict[str, Any] = field(default_factory=dict)
    refer: Callable[[], Any] = lambda: None

    @property
    def model(self) -> Any:
        """The object, if it still lives."""
        return self.refer()


@dataclass(slots=True)
class DataSeen:
    """A data set that reached a call, described at once: it may change in place right after."""

    name: str
    role: str
    described: Any  # a Fingerprint
    source: str = "call"


class _Probe:
    """A pass-through that notes. It raises nothing of its own, and is pickled as what it does not do."""

    __slots__ = ("_note",)

    def __init__(self, note: Callable[[Any], None]) -> None:
        self._note = note

    def __call__(self, pair: tuple[Any, Any]) -> Any:
        self._note(pair)
        return pair[1]

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return operator.itemgetter, (1,)


class Recorder:
    """One per session. `predictions` says of variables what they were predicted by, and for what data; `learn` takes in a
    function of a module of the user's, and says whether it trains something."""

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        predictions: Mapping[str, Prediction] | None = None,
        learn: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        self._predictions = predictions if predictions is not None else {}
        self._learn = learn
        self.sites: list[Site] = []
        self.notes: list[Note] = []
        self.problems: list[tuple[str, str]] = []
        self._namespace = namespace
        self._data = Describer()
        self._on = _Probe(self._note)
        self._loop_on = _Probe(self._note_loop)
        self._parts: dict[int, Any] = {}
        self._loops: list[list[Any]] = []  # [site, iteration, values, activation]
        self._activations = 0
        self._counts: dict[int, int] = {}
        self._turns: tuple[Turn, ...] | None = ()
        self._dull: set[int] = set()  # sites that are let go
        self._interesting: set[int] = set()  # sites that gave a number
        self._built: dict[int, tuple[Callable[[], Any], int]] = {}
        self._thread = 0
        self._began = 0.0
        self._looped = 0
        self.install()

    # ---- on and off -------------------------------------------------------------------------

    def install(self) -> None:
        """Put the probes' names where the cells find them."""
        self._set(OFF, OFF)

    def uninstall(self) -> None:
        """Functions of the notebook keep their probes, so the builtins stay, as pass-throughs."""
        self._set(OFF, OFF)
        for name in (PROBE, LOOP_PROBE):
            self._namespace.pop(name, None)

    def begin(self) -> None:
        """A tracked cell starts."""
        self.notes, self.problems = [], []
        self._parts, self._loops, self._counts = {}, [], {}
        self._turns, self._dull, self._interesting = (), set(), set()
        self._thread, self._began, self._looped = threading.get_ident(), time.perf_counter(), 0
        self._data.begin()
        self._set(self._on, self._loop_on)

    def end(self) -> None:
        """The tracked cell is over."""
        self._set(OFF, OFF)
        self.problems += [("data", text) for text in self._data.omissions()]
        self._parts, self._loops, self._turns = {}, [], ()

    def turns(self) -> int | None:
        """How many turns the outermost loop that runs has begun; asked from another thread, while it runs."""
        try:
            return int(self._loops[0][1]) + 1
        except IndexError:
            return None

    def _set(self, probe: Any, loop_probe: Any) -> None:
        for name, value in ((PROBE, probe), (LOOP_PROBE, loop_probe)):
            setattr(builtins, name, value)
            self._namespace[name] = value

    # ---- notes ------------------------------------------------------------------------------

    def next_number(self) -> int:
        """Sites are numbered by their place in `sites`."""
        self.sites.append(_RESERVED)
        return len(self.sites) - 1

    def put(self, site: Site) -> int:
        self.sites[site.number] = site
        return site.number

    def _note(self, pair: tuple[Any, Any]) -> None:
        try:
            number, value = pair
            if threading.get_ident() == self._thread:
                self._see(self.sites[number], value)
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    def _note_loop(self, pair: tuple[Any, Any]) -> None:
        try:
            number, value = pair
            if threading.get_ident() != self._thread:
                return
            self._looped += 1
            if self._looped % LOOK_EVERY == 0 and self._too_fast():
                return
            if type(number) is tuple:
                self._iterate(*number)
            elif number in self._dull:
                return
            elif self.sites[number].kind == "exit":
                self._iterate(number, None)
            else:
                self._see(self.sites[number], value)
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    def _too_fast(self) -> bool:
        """Half a microsecond a note is what it costs at least."""
        elapsed = time.perf_counter() - self._began
        if self._looped * 0.5e-6 <= SHARE * elapsed:
            return False
        setattr(builtins, LOOP_PROBE, OFF)
        self._namespace[LOOP_PROBE] = OFF
        self._loops, self._turns = [], ()
        self.problems.append(
            ("loops", f"a loop was too fast to be watched: {self._looped:,} values were seen")
        )
        return True

    def _failed(self, error: Exception) -> None:
        if len(self.problems) < 20:
            self.problems.append(("observation", f"{type(error).__name__}: {error}"))

    def _iterate(self, number: int, values: Any) -> None:
        site = self.sites[number]
        stack = self._loops
        self._turns = None
        if site.kind == "exit":
            while stack and stack.pop()[0] != site.inner:
                pass
            return
        for place in range(len(stack) - 1, -1, -1):
            if stack[place][0] == number:
                del stack[place + 1 :]
                stack[place][1] += 1
                stack[place][2] = kept.of_loop(values)
                return
        while stack and stack[-1][0] not in site.loops and self.sites[stack[-1][0]].function == site.function:
            stack.pop()
        self._activations += 1
        stack.append([number, 0, kept.of_loop(values), self._activations])

    def _see(self, site: Site, value: Any) -> None:
        if site.kind == "part":
            self._parts[site.number] = value
            return
        count = self._counts[site.number] = self._counts.get(site.number, 0) + 1
        if count > PER_SITE or len(self.notes) > MOST:
            return
        if site.kind == "call":
            self._call(site, value, sys._getframe(3), count)  # noqa: SLF001 - the user's frame, to look names up
            return
        plain = kept.at_site(site, value)
        if plain is None:
            if count >= DULL and value is not None and self._kept_nothing(site):
                self._dull.add(site.number)
            return
        self._interesting.add(site.number)
        facts = None
        if site.kind == "item":
            frame = sys._getframe(3)  # noqa: SLF001
            facts = self._value(site.arguments[0], frame)
        self._keep(site, plain, facts)

    def _kept_nothing(self, site: Site) -> bool:
        """Whether an assignment in a loop has never given a number: it won't."""
        return site.kind == "assign" and site.number not in self._interesting

    def _keep(self, site: Site, value: Any, facts: Any = None) -> None:
        loops = self._turns
        if loops is None:  # the same for all notes of a turn
            sites = self.sites
            loops = self._turns = tuple(
                Turn(number, turn, values, activation, sites[number].names, sites[number].text)
                for number, turn, values, activation in self._loops
            )
        self.notes.append(Note(site, len(self.notes), value, loops, facts))

    # ---- calls ------------------------------------------------------------------------------

    def _call(self, site: Site, value: Any, frame: FrameType, count: int) -> None:
        self._parts[site.number] = value
        receiver = self._value(site.receiver, frame) if site.receiver is not None else MISSING
        callee = site.callee or ""
        target: Any
        if callee in library.OPTIONS:
            facts = _options(value)
        elif receiver is not MISSING and not isinstance(receiver, ModuleType):
            facts = self._method(site, callee, receiver, frame)
        else:
            target = _resolve(site, receiver, frame)
            if target is MISSING or (count > _most(target) and (_is_own(target) or _is_elsewhere(target))):
                return
            facts = self._function(site, target, value, frame)
        if facts is None:
            return
        if facts.role == "own":
            plain: Any = numbers.number_of(value)
        else:
            plain = kept.means(value, library.VALIDATION_PARTS.get(facts.name)) or kept.of(value)
        self._keep(site, plain, facts)

    def _method(self, site: Site, name: str, receiver: Any, frame: FrameType) -> Call | None:
        if name in library.SEEDS or name in library.READERS or isinstance(receiver, type):
            return None
        if name in library.OWN_METHODS:
            method = getattr(type(receiver), name, None) if _is_own(type(receiver)) else None
            return (
                Call("own", name, settings=self._settings(site, method, frame, bound=1)) if method else None
            )
        if name in library.SETUPS:
            method = getattr(type(receiver), name, None) if estimators.is_estimator(receiver) else None
            return (
                Call("setting", name, settings=self._settings(site, method, frame, bound=1))
                if method
                else None
            )
        if name == "fit" and not estimators.is_estimator(receiver):
            return None
        role = "fit" if name in library.FITS else "score"
        found = Call(role, name)
        found.estimator = self._estimator(
            receiver, site.receiver.name if site.receiver else None, fitted=role == "fit"
        )
        found.data = self._data_of(site, frame, "train" if role == "fit" else "test")
        if role == "fit":
            own = _is_own(type(receiver))  # what stands first in a library's `fit` is data
            given = self._settings(site, getattr(receiver, name, None), frame)
            named = [item for item in given if item[2].keyword or (own and item[2].constant is not MISSING)]
            found.settings = [item for item in named if item[0] not in {"X", "y", "sample_weight"}]
        return found

    def _judged(self, site: Site, frame: FrameType) -> tuple[EstimatorSeen | None, list[DataSeen]]:
        """The estimator whose predictions a metric judges, and the data that they are for."""
        for argument in site.arguments[1:] + site.arguments[:1]:
            made = argument.predicted or self._predictions.get(argument.name or "")
            model = _look_up(made.model, frame) if made is not None else MISSING
            if made is not None and model is not MISSING and estimators.is_estimator(model):
                data = _look_up(made.data, frame) if made.data is not None else MISSING
                seen = self._seen(site, made.data or "", data, "test", hash_rows=True)
                return self._estimator(model, made.model), seen
        return None, []

    def _estimator(self, model: Any, variable: str | None, *, fitted: bool = False) -> EstimatorSeen:
        refer, origin = self._where_built(model)
        if origin is None and (steps := getattr(model, "steps", None)):
            origin = self._where_built(steps[-1][1])[1]  # a pipeline, by what it ends with
        learnt = estimators.learnt(model) if fitted else {}
        return EstimatorSeen(
            estimators.name_of(model), estimators.settings(model), variable, origin, learnt, refer
        )

    def _where_built(self, model: Any) -> tuple[Callable[[], Any], int | None]:
        refer, origin = self._built.get(id(model), (None, None))
        return (_reference(model), None) if refer is None or refer() is not model else (refer, origin)

    def _function(self, site: Site, target: Any, value: Any, frame: FrameType) -> Call | None:
        role = library.role_of(target)
        name = getattr(target, "__name__", site.callee or "")
        if _is_own(target) and role != "estimator":
            return Call("own", name, settings=self._settings(site, target, frame))
        if role is None and unseen.is_users(getattr(target, "__module__", None) or ""):
            return self._elsewhere(site, target, name, frame)
        if role is None:
            return None
        found = Call(role, name)
        if role == "reader":
            return self._read(site, found, value, frame)
        if role == "report":
            found.text = value if isinstance(value, str) else None
            return found
        if role in {"metric", "validation"}:
            # A metric's second argument is what was predicted.
            kind, most = ("train", 99) if role == "validation" else ("test", 1)
            found.data = self._data_of(site, frame, kind, most, hash_rows=role == "validation")
        if role == "validation" and site.arguments:
            model = self._value(site.arguments[0], frame)
            if estimators.is_estimator(model):
                found.estimator = self._estimator(model, site.arguments[0].name)
        if role == "metric":
            found.estimator, judged = self._judged(site, frame)
            found.data = judged + found.data
        if role == "estimator" and estimators.is_estimator(value):
            self._built[id(value)] = (_reference(value), site.number)
            found.estimator = self._estimator(value, None)
        found.settings = self._settings(site, target, frame)
        found.parts = tuple(getattr(type(value), "_fields", ())) if isinstance(value, tuple) else ()
        return found

    def _elsewhere(self, site: Site, target: Any, name: str, frame: FrameType) -> Call | None:
        """A function of a module of the user's: its settings are seen, what it does isn't."""
        if not hasattr(target, "__name__") or not self._learn(target):
            return None
        problem = (unseen.WHERE, f"what {name} does inside {target.__module__}.py")
        if problem not in self.problems:
            self.problems.append(problem)
        return Call("own", name, settings=self._settings(site, target, frame))

    def _read(self, site: Site, found: Call, value: Any, frame: FrameType) -> Call | None:
        """A file, by its path; the columns are those of the table that was read from it."""
        if not site.arguments:
            return None
        path = self._value(site.arguments[0], frame)
        found.settings = [("path", path, site.arguments[0])]
        if found.name == "open" and len(site.arguments) > 1:
            found.settings.append(("mode", self._value(site.arguments[1], frame), site.arguments[1]))
        if found.name.startswith("read_") and _is_data(value):
            described = self._data.describe(value, str(path), site.number, statistics=False)
            found.data = [] if described is None else [DataSeen(str(path), "file", described)]
        return found

    def _settings(
        self, site: Site, target: Any, frame: FrameType, bound: int = 0
    ) -> list[tuple[str, Any, Argument]]:
        """The call's arguments that are settings, by the names of the callable's parameters."""
        positional = [a for a in site.arguments if a.keyword is None]
        names = library.bound(target, len(positional) + bound)[bound:] if positional else []
        found = []
        for place, argument in enumerate(positional):
            if place < len(names):
                found.append((names[place], self._value(argument, frame), argument))
        for argument in site.arguments:
            if argument.keyword == "**":
                several = self._value(argument, frame)
                if isinstance(several, dict):
                    found += [(str(name), value, argument) for name, value in several.items()]
        named = [a for a in site.arguments if a.keyword not in {None, "**"}]
        found += [(str(argument.keyword), self._value(argument, frame), argument) for argument in named]
        return [item for item in found if item[1] is not MISSING]

    def _data_of(
        self, site: Site, frame: FrameType, role: str, most: int = 99, *, hash_rows: bool = True
    ) -> list[DataSeen]:
        """The data among the arguments. Rows are hashed of the first, not of the target: labels are alike everywhere."""
        found: list[DataSeen] = []
        for argument in site.arguments[:most]:
            if argument.constant is not MISSING:
                continue
            own = role if argument.keyword in {None, "X", "y", "x", "y_true"} else "test"
            first = hash_rows and not found and argument.keyword not in {"y", "y_true", "sample_weight"}
            found += self._seen(site, argument.text, self._value(argument, frame), own, hash_rows=first)
        return found

    def _seen(self, site: Site, name: str, value: Any, role: str, *, hash_rows: bool) -> list[DataSeen]:
        if not _is_data(value):
            return []
        described = self._data.describe(value, name, site.number, hash_rows=hash_rows)
        return [] if described is None else [DataSeen(name, role, described)]

    def _value(self, argument: Argument, frame: FrameType) -> Any:
        """An argument's value: its literal, what its probe holds, or its variable's value in the user's frame."""
        if argument.constant is not MISSING:
            return argument.constant
        if argument.part is not None:
            return self._parts.get(argument.part, MISSING)
        if argument.name is not None:
            return _look_up(argument.name, frame)
        return MISSING


_RESERVED: Final = Site(-1, "part", "", 0)


def _look_up(name: str, frame: FrameType) -> Any:
    """A variable as the frame sees it; a comprehension's frame sees little, so its callers are asked too."""
    at: FrameType | None = frame
    for _ in range(4):
        if at is None:
            break
        values = at.f_locals
        if name in values:
            return values[name]
        if not at.f_code.co_name.startswith("<"):
            break
        at = at.f_back
    return frame.f_globals.get(name, getattr(builtins, name, MISSING))


def _resolve(site: Site, receiver: Any, frame: FrameType) -> Any:
    """The function or class that was called, without running anything of the user's."""
    parts = (site.callee or "").split(".")
    target = receiver if isinstance(receiver, ModuleType) else _look_up(parts[0], frame)
    if isinstance(receiver, ModuleType):
        parts = [parts[0], parts[-1]]
    for part in parts[1:]:
        if not isinstance(target, (ModuleType, type)):
            return MISSING
        target = getattr(target, part, MISSING)
    return target


def _options(value: Any) -> Call | None:
    """What a command line, or its defaults, set."""
    space = value[0] if isinstance(value, tuple) and value else value
    if not isinstance(space, argparse.Namespace):
        return None
    return Call(
        "setting", "args", settings=[(name, item, Argument(name)) for name, item in vars(space).items()]
    )


def _most(target: Any) -> int:
    """Calls of the notebook's own that are looked at: of an estimator of its own, as many as a list of settings holds."""
    return ITEMS + 1 if isinstance(target, type) and hasattr(target, "fit") else 3


def _is_elsewhere(target: Any) -> bool:
    return unseen.is_users(getattr(target, "__module__", None) or "")


def _is_own(target: Any) -> bool:
    return getattr(target, "__module__", None) == "__main__"


def _is_data(value: Any) -> bool:
    if value is MISSING or value is None or isinstance(value, (str, bytes, int, float, type)):
        return False
    return (hasattr(value, "shape") and hasattr(value, "__len__")) or type(value).__name__ == "DMatrix"


def _reference(value: Any) -> Callable[[], Any]:
    """A weak reference, or a strong one to what allows no other."""
    try:
        return weakref.ref(value)
    except TypeError:
        return lambda: value
