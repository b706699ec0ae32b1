"""The random numbers that a cell was about to get: the global generators' states, and the entropy of generators that it made.

A run that set no seed gives other numbers next time, unless it gets back the state that the generators had. Python's, NumPy's
legacy one and torch's are looked at before each cell (where the user's code has imported them: nothing is imported for
this), and only what has changed since the last look is told: a Mersenne Twister's 2.5 KB if it has drawn a new block,
a few bytes if it went on in the same one. A generator made without a seed (`default_rng()`) knows the entropy that it
took from the operating system; given that as its seed, it gives the same numbers again.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import importlib
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mlnb.capture.parsing import parsed

_MAGIC: Final = re.compile(r"^(\s*)[%!].*")
_WORDS: Final = struct.Struct("<625I")
_TAIL: Final = struct.Struct("<Id?")
_BLOCK: Final = 624 * 4
_OWN_SEED: Final = 1 << 64
"""Entropy below this was given by hand."""


@dataclass(frozen=True)
class _State:
    """A generator's state: what stays for a while, and what changes with every number."""

    block: bytes
    tail: bytes = b""


@dataclass
class Chance:
    """Looks at the global generators before each cell."""

    _last: dict[str, _State] = field(default_factory=dict)
    _born: dict[str, str] = field(default_factory=dict)

    def look(self) -> dict[str, str]:
        """The states that have changed since the last look, as texts, by generator."""
        found: dict[str, str] = {}
        for name, (read, _) in GENERATORS.items():
            with contextlib.suppress(
                Exception
            ):  # somebody's own module of that name, a generator of another kind
                state, before = read(), self._last.get(name)
                if state is not None and before is None and name == "numpy":
                    self._born = _birth_of_numpy()
                if state is not None and state != before:
                    same_block = before is not None and before.block == state.block
                    self._last[name] = state
                    found[name] = f"{'' if same_block else _packed(state.block)}+{_text(state.tail)}"
        return found

    def born(self) -> dict[str, str]:
        """The states with which generators began that the last looks saw for the first time: a cell that imports NumPy
        and draws is the first to have its generator."""
        found, self._born = self._born, {}
        return found


def joined(told: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """The whole states after one more look."""
    whole = dict(before)
    for name, text in told.items():
        if text.startswith("+") and name in before:
            whole[name] = before[name].partition("+")[0] + text
        elif not text.startswith("+"):
            whole[name] = text
    return whole


def restore(states: Mapping[str, str]) -> None:
    """Set the global generators back. What isn't installed any more is left alone."""
    for name, text in states.items():
        if name in GENERATORS:
            with contextlib.suppress(ImportError):
                GENERATORS[name][1](_unpacked(text))


def entropies(namespace: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """What the operating system gave to those of the named generators that were made without a seed."""
    generators: Any = sys.modules.get("numpy.random")
    if generators is None:
        return {}
    found = {}
    for name in names:
        value: Any = namespace.get(name)
        sequence: Any = None
        with contextlib.suppress(AttributeError):
            if type(value) is generators.Generator:
                sequence = value.bit_generator.seed_seq
            elif type(value) is generators.RandomState:
                sequence = value._bit_generator.seed_seq  # noqa: SLF001 - NumPy has no other way to ask
            elif type(value) is generators.SeedSequence:
                sequence = value
            if isinstance(sequence.entropy, int) and sequence.entropy >= _OWN_SEED and not sequence.spawn_key:
                found[name] = str(sequence.entropy)
    return found


def seeded(source: str, entropy: Mapping[str, str]) -> str:
    """The cell with its unseeded generators made from the entropy that they had: `rng = default_rng(2043…)`."""
    lines = source.split("\n")
    try:
        tree = parsed("\n".join(_MAGIC.sub(r"\1pass", line) for line in lines))
    except SyntaxError:
        return source
    for node in sorted(ast.walk(tree), key=lambda node: -getattr(node, "lineno", 0)):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        target, call = node.targets[0], node.value
        wanted = entropy.get(target.id) if isinstance(target, ast.Name) else None
        new = None if wanted is None else _call(call, wanted)
        if new is not None and call.lineno == call.end_lineno:
            line = lines[call.lineno - 1].encode()
            lines[call.lineno - 1] = (
                line[: call.col_offset] + new.encode() + line[call.end_col_offset :]
            ).decode()
    return "\n".join(lines)


def _call(call: ast.Call, entropy: str) -> str | None:
    empty = not call.keywords and all(
        isinstance(one, ast.Constant) and one.value is None for one in call.args
    )
    func = ast.unparse(call.func)
    last = func.rpartition(".")[2]
    if not empty or last not in {"default_rng", "SeedSequence", "RandomState"}:
        return None
    if last != "RandomState":
        return f"{func}({entropy})"
    owner = func.rpartition(".")[0]
    dot = f"{owner}." if owner else ""
    return f"{func}({dot}MT19937({dot}SeedSequence({entropy})))"


def as_code(states: Mapping[str, str]) -> str:
    """Python that sets the generators back by itself, without mlnb."""
    modules = ["base64"]
    lines = []
    for name, text in states.items():
        state = _unpacked(text)
        if name in {"python", "numpy"}:
            position, gauss, there = _TAIL.unpack(state.tail)
            block = _literal(state.block)
        if name == "numpy":
            modules.append("numpy")
            words = f'_numpy.frombuffer(_base64.b64decode({block}), "<u4")'
            lines.append(
                f'_numpy.random.set_state(("MT19937", {words}, {position}, {int(there)}, {gauss!r}))'
            )
        elif name == "python":
            modules += ["random", "struct"]
            words = f'*_struct.unpack("<624I", _base64.b64decode({block}))'
            lines.append(f"_random.setstate((3, ({words}, {position}), {gauss if there else None!r}))")
        elif name == "torch":
            modules += ["torch", "zlib"]
            packed = f"_zlib.decompress(_base64.b64decode({_literal(zlib.compress(state.block, 9))}))"
            lines.append(f"_torch.set_rng_state(_torch.frombuffer(bytearray({packed}), dtype=_torch.uint8))")
    imports = "import " + ", ".join(f"{module} as _{module}" for module in modules)
    return "\n".join([imports, "", *lines]) if lines else ""


def _literal(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    rows = [f'    "{text[at : at + 96]}"' for at in range(0, len(text), 96)]
    return "\n" + "\n".join(rows) + "\n"


# ---- the generators -------------------------------------------------------------------------------


def _read_python() -> _State | None:
    module = sys.modules.get("random")
    if module is None:
        return None
    _, words, gauss = module.getstate()
    packed = _WORDS.pack(*words)
    return _State(packed[:_BLOCK], packed[_BLOCK:] + struct.pack("<d?", gauss or 0.0, gauss is not None))


def _write_python(state: _State) -> None:
    position, gauss, there = _TAIL.unpack(state.tail)
    words = struct.unpack("<624I", state.block)
    importlib.import_module("random").setstate((3, (*words, position), gauss if there else None))


def _read_numpy() -> _State | None:
    module = sys.modules.get("numpy.random")
    if module is None:
        return None
    kind, words, position, there, gauss = module.get_state()
    if kind != "MT19937":
        return None
    return _State(words.astype("<u4").tobytes(), _TAIL.pack(position, gauss, bool(there)))


def _birth_of_numpy() -> dict[str, str]:
    import numpy as np

    sequence = np.random.mtrand._rand._bit_generator.seed_seq  # noqa: SLF001
    if not isinstance(sequence, np.random.SeedSequence):
        return {}  # somebody has seeded it since: what it drew before isn't known
    state = np.random.MT19937(np.random.SeedSequence(sequence.entropy)).state["state"]
    return {
        "numpy": f"{_packed(state['key'].astype('<u4').tobytes())}+{_text(_TAIL.pack(state['pos'], 0.0, False))}"
    }


def _write_numpy(state: _State) -> None:
    import numpy as np

    position, gauss, there = _TAIL.unpack(state.tail)
    np.random.set_state(("MT19937", np.frombuffer(state.block, "<u4"), position, int(there), gauss))  # noqa: NPY002


def _read_torch() -> _State | None:
    module = sys.modules.get("torch")
    return None if module is None else _State(module.get_rng_state().numpy().tobytes())


def _write_torch(state: _State) -> None:
    torch = importlib.import_module("torch")
    torch.set_rng_state(torch.frombuffer(bytearray(state.block), dtype=torch.uint8))


def _read_cuda() -> _State | None:
    module = sys.modules.get("torch")
    if module is None or not module.cuda.is_initialized():
        return None
    states = [one.numpy().tobytes() for one in module.cuda.get_rng_state_all()]
    return _State(b"".join(states), struct.pack("<I", len(states)))


def _write_cuda(state: _State) -> None:
    torch = importlib.import_module("torch")
    if torch.cuda.is_available():
        (count,) = struct.unpack("<I", state.tail)
        size = len(state.block) // count
        parts = [bytearray(state.block[at * size : (at + 1) * size]) for at in range(count)]
        torch.cuda.set_rng_state_all([torch.frombuffer(part, dtype=torch.uint8) for part in parts])


GENERATORS: Final[dict[str, tuple[Callable[[], _State | None], Callable[[_State], None]]]] = {
    "python": (_read_python, _write_python),
    "numpy": (_read_numpy, _write_numpy),
    "torch": (_read_torch, _write_torch),
    "torch.cuda": (_read_cuda, _write_cuda),
}
"""How each is read (None where nobody has imported it) and set back."""


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()  # no '+' stands in it: that parts a block from its tail


def _packed(block: bytes) -> str:
    return _text(zlib.compress(block, 1))


def _unpacked(text: str) -> _State:
    block, _, tail = text.partition("+")
    return _State(zlib.decompress(base64.urlsafe_b64decode(block)), base64.urlsafe_b64decode(tail))
