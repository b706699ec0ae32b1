"""Models as files, in the safest format there is.

Formats are tried in this order, each a small object with `name`, `takes` and `dump`; others can be added by the
entry-point group `mlnb.serialisers`. skops holds scikit-learn models without running code when it loads; the
frameworks' own formats and safetensors hold theirs; cloudpickle holds anything, can run code when it loads, and
is marked unsafe.
"""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import dataclass, field
from importlib import metadata as packages
from pathlib import Path
from typing import Any, Final, Protocol

from mlnb.capture import estimators, signatures
from mlnb.errors import UsageError

LARGEST: Final = 256 << 20  # bytes


class TooLargeError(UsageError):
    """The model's file would be over the limit."""

    code = "too_large"


@dataclass(frozen=True)
class SerialisedModel:
    """`metadata` has `class`, `text`, `versions`, `signature`, `trusted` and `unsafe`; see `mlnb.capture.signatures`."""

    data: bytes
    format: str
    media_type: str
    metadata: dict[str, Any] = field(default_factory=dict)


class Serialiser(Protocol):
    """One way to keep a model. `dump` may raise anything: then the next way is tried."""

    name: str
    media_type: str
    unsafe: bool

    def takes(self, model: Any) -> bool: ...

    def dump(self, model: Any) -> bytes: ...


def serialise(est: Any, input_example: Any = None, *, limit: int = LARGEST) -> SerialisedModel:
    """A model's file with what is known of it.

    Raises
    ------
    TooLargeError
        Its file is over `limit` bytes.
    UsageError
        No format takes it.
    """
    reasons = []
    for serialiser in serialisers():
        if not serialiser.takes(est):
            continue
        try:
            data = serialiser.dump(est)
        except Exception as error:  # noqa: BLE001 - a format that can't take this model leaves it to the next
            reasons.append(f"{serialiser.name}: {type(error).__name__}: {error}"[:200])
            continue
        if len(data) > limit:
            raise TooLargeError(
                f"the {type(est).__name__} is {len(data):,} bytes, over the limit of {limit:,}",
                size=len(data),
            )
        described = {**describe(est, input_example), "format": serialiser.name, "unsafe": serialiser.unsafe}
        if reasons:
            described["not"] = reasons
        return SerialisedModel(data, serialiser.name, serialiser.media_type, described)
    raise UsageError(f"a {type(est).__name__} can't be saved", hint="; ".join(reasons) or None)


def describe(est: Any, input_example: Any = None) -> dict[str, Any]:
    """What is known of a model without its file: class, text, libraries' versions, signature."""
    kind = type(est)
    found: dict[str, Any] = {
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "text": _text(est),
        "versions": {"python": ".".join(map(str, sys.version_info[:3])), **estimators.libraries(est)},
    }
    signature = signatures.describe(est, input_example)
    if signature:
        found["signature"] = signature
    return found


def _text(est: Any) -> str:
    try:
        return repr(est)[:10_000]
    except Exception:  # noqa: BLE001 - a user's class may raise anything
        return type(est).__name__


def serialisers() -> list[Serialiser]:
    """The ways to keep a model, the safest first; entry points stand before cloudpickle."""
    added = []
    for point in packages.entry_points(group="mlnb.serialisers"):
        try:
            added.append(point.load()())
        except Exception:  # noqa: BLE001, S112 - somebody else's broken package is not ours to raise
            continue
    return [_Skops(), _Torch(), _Booster(), _CatBoost(), _Keras(), *added, _Cloudpickle()]


# ---- the formats ----------------------------------------------------------------------------


_SKOPS_HOLDS: Final = (
    "sklearn.", "numpy.", "scipy.", "builtins.", "lightgbm.", "xgboost.", "collections.OrderedDict"
)  # fmt: skip


class _Skops:
    """skops refuses to load types it doesn't know; a model that needs any is left to cloudpickle."""

    name, media_type, unsafe = "skops", "application/x-skops", False

    def takes(self, model: Any) -> bool:
        bases = {base.__module__.split(".")[0] for base in type(model).__mro__}
        return "sklearn" in bases

    def dump(self, model: Any) -> bytes:
        import skops.io

        data: bytes = skops.io.dumps(model)
        untrusted = skops.io.get_untrusted_types(data=data)
        foreign = [name for name in untrusted if not name.startswith(_SKOPS_HOLDS)]
        if foreign:
            raise UsageError(f"needs types that skops doesn't know: {', '.join(foreign[:5])}")
        return data


class _Torch:
    """The state dictionary as safetensors, if that is installed: the class stays in the user's code."""

    name, media_type, unsafe = "safetensors", "application/x-safetensors", False

    def takes(self, model: Any) -> bool:
        return estimators.is_torch(model)

    def dump(self, model: Any) -> bytes:
        from safetensors.torch import save  # type: ignore[import-not-found, unused-ignore]

        return bytes(save({name: tensor.contiguous() for name, tensor in model.state_dict().items()}))


class _Booster:
    """XGBoost's JSON and LightGBM's text."""

    name, media_type, unsafe = "booster", "application/octet-stream", False

    def takes(self, model: Any) -> bool:
        return type(model).__module__.split(".")[0] in {"xgboost", "lightgbm"}

    def dump(self, model: Any) -> bytes:
        if type(model).__module__.startswith("lightgbm"):
            booster = getattr(model, "booster_", model)
            return str(booster.model_to_string()).encode()
        booster = model.get_booster() if hasattr(model, "get_booster") else model
        return bytes(booster.save_raw(raw_format="json"))


class _CatBoost:
    name, media_type, unsafe = "catboost", "application/octet-stream", False

    def takes(self, model: Any) -> bool:
        return type(model).__module__.split(".")[0] == "catboost"

    def dump(self, model: Any) -> bytes:
        return _by_file("model.cbm", model.save_model)


class _Keras:
    name, media_type, unsafe = "keras", "application/x-keras", False

    def takes(self, model: Any) -> bool:
        return estimators.is_keras(model)

    def dump(self, model: Any) -> bytes:
        return _by_file("model.keras", model.save)


class _Cloudpickle:
    name, media_type, unsafe = "cloudpickle", "application/x-python-pickle", True

    def takes(self, model: Any) -> bool:
        return True

    def dump(self, model: Any) -> bytes:
        import cloudpickle

        buffer = io.BytesIO()
        cloudpickle.dump(model, buffer)
        return buffer.getvalue()


def _by_file(name: str, save: Any) -> bytes:
    """For libraries that only write files: a temporary folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        save(str(path))
        return path.read_bytes()
