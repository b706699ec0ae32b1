"""Taking a model elsewhere: a folder that says what it holds, skops' own file, an MLflow model, ONNX.

`folder` has the model's file as it is stored, its card, what is known of it as JSON, and the libraries it was
fitted with as a requirements file: all that is needed without mlnb. The other formats rebuild the estimator first, so
they ask for the same trust as `load_model`. A format is a function in `FORMATS`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from mlnb.capture.formats import Trusted
from mlnb.errors import NameTaken, NotWritable, UsageError, nearest
from mlnb.registry import cards, loading, references
from mlnb.registry.loading import Located
from mlnb.store import Store, query
from mlnb.tracking import current_store
from mlnb.tracking.records import Place

_ENDINGS: Final[Mapping[str, str]] = {"skops": "skops", "cloudpickle": "pkl", "onnx": "onnx"}


@dataclass(frozen=True)
class Subject:
    """A model that is being exported."""

    store: Store
    found: Located
    trusted: Trusted

    @property
    def signature(self) -> Mapping[str, Any]:
        return self.found.metadata.get("signature") or {}

    @property
    def requirements(self) -> list[str]:
        """The libraries that it was fitted with, as pip names them."""
        versions = self.found.metadata.get("versions") or {}
        return [f"{name}=={number}" for name, number in sorted(versions.items()) if name != "python"]

    def estimator(self) -> Any:
        return loading.rebuild(self.store, self.found, self.trusted)


def export(
    ref: str,
    folder: str | Path,
    *,
    format: str = "folder",
    trusted: Trusted = False,
    store: Place = None,
) -> Path:
    """Write a model to a new folder, as `folder`, `skops`, `mlflow` or `onnx`; the folder.

    Raises
    ------
    UsageError
        No such format, or the model can't be written in it.
    NameTaken
        The folder exists and isn't empty.
    NotWritable
        It can't be written.
    UnsafeModel, Corrupt, NotFound
        As `load_model` does.
    """
    home = current_store(store)
    write = FORMATS.get(format)
    if write is None:
        raise UsageError(f"no format {format!r} to export to", hint=nearest(format, FORMATS))
    subject = Subject(home, loading.locate(home, ref), trusted)
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise NameTaken(f"{target} exists already", hint="name a folder that is new or empty")
    try:
        target.mkdir(parents=True, exist_ok=True)
        write(subject, target)
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        raise NotWritable(f"{target} can't be written: {error.strerror or error}") from error
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target


def _write_folder(subject: Subject, target: Path) -> None:
    found = subject.found
    model = f"model.{_ENDINGS.get(found.format, 'bin')}"
    (target / model).write_bytes(subject.store.objects.read(found.sha256))
    (target / "requirements.txt").write_text("".join(f"{line}\n" for line in subject.requirements))
    known = msgspec.json.format(msgspec.json.encode(_known(subject, model)), indent=2)
    (target / "model.json").write_bytes(known + b"\n")
    if not isinstance(references.parse(found.reference), references.RunRef):
        page = cards.card(found.reference, store=subject.store)
        (target / "card.md").write_text(page.markdown + "\n", encoding="utf-8")
        (target / "card.html").write_text(page.html, encoding="utf-8")


def _known(subject: Subject, model: str) -> dict[str, Any]:
    found = subject.found
    record = query.record(subject.store, found.run_id)
    return {
        "reference": found.reference,
        "file": model,
        "format": found.format,
        "sha256": found.sha256,
        "signature": subject.signature,
        "run": {
            name: record[name]
            for name in ("run_id", "name", "experiment", "notebook", "git_commit", "started_at")
        },
        "params": record["params"],
        "metrics": record["metrics"],
        "versions": found.metadata.get("versions") or {},
    }


def _write_skops(subject: Subject, target: Path) -> None:
    import skops.io

    data = subject.store.objects.read(subject.found.sha256)
    if subject.found.format != "skops":
        data = skops.io.dumps(subject.estimator())
    (target / "model.skops").write_bytes(data)


def _write_mlflow(subject: Subject, target: Path) -> None:
    """MLflow's own layout: an `MLmodel` of the flavours sklearn and python_function, and the environment."""
    import cloudpickle
    import sklearn
    import yaml  # type: ignore[import-untyped, unused-ignore]

    estimator = subject.estimator()
    python = subject.found.metadata.get("versions", {}).get("python") or _python()
    requirements = [*subject.requirements, f"cloudpickle=={cloudpickle.__version__}"]
    described = {
        "flavors": {
            "python_function": {
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
                "loader_module": "mlflow.sklearn",
                "model_path": "model.pkl",
                "predict_fn": "predict",
                "python_version": python,
            },
            "sklearn": {
                "code": None,
                "pickled_model": "model.pkl",
                "serialization_format": "cloudpickle",
                "sklearn_version": sklearn.__version__,
            },
        },
        "model_uuid": subject.found.sha256[:32],
        "utc_time_created": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",
        "metadata": {"mlnb": {"reference": subject.found.reference, "run_id": subject.found.run_id}},
    }
    inputs = _mlflow_inputs(subject.signature)
    if inputs:
        described["signature"] = {"inputs": json.dumps(inputs), "outputs": None, "params": None}
    pip = {
        "name": "mlnb",
        "channels": ["conda-forge"],
        "dependencies": [f"python={python}", "pip", {"pip": requirements}],
    }
    with (target / "model.pkl").open("wb") as file:
        cloudpickle.dump(estimator, file)
    (target / "MLmodel").write_text(yaml.safe_dump(described, sort_keys=False))
    (target / "conda.yaml").write_text(yaml.safe_dump(pip, sort_keys=False))
    (target / "python_env.yaml").write_text(
        yaml.safe_dump(
            {"python": python, "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}
        )
    )
    (target / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements))


_MLFLOW_TYPES: Final = (
    (re.compile(r"u?int(8|16|32)"), "integer"),
    (re.compile(r"u?int64"), "long"),
    (re.compile(r"float(16|32)"), "float"),
    (re.compile(r"float64"), "double"),
    (re.compile(r"bool"), "boolean"),
    (re.compile(r"string|large_string|category<string>"), "string"),
    (re.compile(r"timestamp.*"), "datetime"),
)


def _mlflow_inputs(signature: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns in MLflow's types; nothing where one has none there, for half a signature refuses data."""
    found = []
    for one in signature.get("inputs", []):
        kind = next((name for form, name in _MLFLOW_TYPES if form.fullmatch(one["type"])), None)
        if kind is None:
            return []
        found.append({"type": kind, "name": one["name"], "required": True})
    return found


def _write_onnx(subject: Subject, target: Path) -> None:
    try:
        import skl2onnx  # type: ignore[import-not-found, import-untyped, unused-ignore]
        from skl2onnx.common.data_types import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
            FloatTensorType,
        )
    except ImportError:
        raise UsageError("ONNX needs skl2onnx, which isn't installed", hint="pip install skl2onnx") from None
    width = len(subject.signature.get("inputs", []))
    if not width:
        raise UsageError(
            f"{subject.found.reference} doesn't say how many columns it takes",
            hint="keep it with an example: run.model(estimator, input_example=X)",
        )
    converted = skl2onnx.convert_sklearn(
        subject.estimator(), initial_types=[("input", FloatTensorType([None, width]))]
    )
    (target / "model.onnx").write_bytes(converted.SerializeToString())


def _python() -> str:
    import platform

    return platform.python_version()


FORMATS: Final[Mapping[str, Callable[[Subject, Path], None]]] = {
    "folder": _write_folder,
    "skops": _write_skops,
    "mlflow": _write_mlflow,
    "onnx": _write_onnx,
}
