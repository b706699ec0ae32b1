"""Reading an MLflow store: its tracking server, its database, or a folder of `mlruns`, through MLflow's own client.

Experiments, runs, parameters, tags, whole metric histories, inputs, artifacts, logged models and registered versions. A scikit-learn
model comes as the file in it; of any other flavour the whole model is kept, zipped, and loaded by MLflow.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from mlnb import events
from mlnb.errors import NotFound, UsageError
from mlnb.integrations import foreign
from mlnb.integrations.foreign import Curve, File, Run, Source, Version

TRACKER: Final = "mlflow"
_STATUS: Final[dict[str, events.Status]] = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed"}
_ROLES: Final[dict[str, events.Role]] = {
    "training": "train",
    "train": "train",
    "evaluation": "test",
    "eval": "test",
    "test": "test",
}
_DESCRIPTION: Final = "MLmodel"  # the file that makes a folder a model


def read(place: str) -> Source:
    """The runs of a tracking URI, of a database's file, or of a folder that MLflow logs to.

    Raises
    ------
    NotFound
        There is nothing of MLflow's there.
    UsageError
        MLflow isn't installed, or can't read it.
    """
    uri = _uri(place)
    client = _client(uri)
    try:
        experiments = {one.experiment_id: one for one in _all(client.search_experiments)}
        runs = _all(partial(client.search_runs, list(experiments), order_by=["attributes.start_time ASC"]))
    except Exception as error:
        raise UsageError(f"MLflow can't read {place}: {error}") from error
    reader = _Reader(client, place, {key: one.name for key, one in experiments.items()}, runs)
    return Source(place, len(runs), (reader.run(one) for one in runs), reader.versions())


def _uri(place: str) -> str:
    """What MLflow calls the place; nothing is made where there is none."""
    if "://" in place and not place.startswith(("sqlite:", "file:")):
        return place
    path = Path(place.removeprefix("sqlite:///").removeprefix("file://")).expanduser()
    if path.is_file():
        return f"sqlite:///{path.absolute()}"
    for database in (path / "mlflow.db", path / "mlruns.db"):
        if database.is_file():
            return f"sqlite:///{database.absolute()}"
    for folder in (path, path / "mlruns"):
        if any(folder.glob("*/meta.yaml")):
            return folder.absolute().as_uri()
    raise NotFound(
        f"there is no MLflow store at {place}",
        hint="a tracking URI, a folder with mlruns/ or mlflow.db, or a database's file",
    )


def _client(uri: str) -> Any:
    # MLflow 3 keeps a folder of runs shut unless it is told to open it.
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        from mlflow.tracking import MlflowClient
    except ImportError:
        raise UsageError("MLflow isn't installed", hint="pip install 'mlnb[mlflow]'") from None
    try:
        return MlflowClient(tracking_uri=uri, registry_uri=uri)
    except ImportError as error:
        raise UsageError(f"MLflow needs more to read {uri}: {error}", hint="pip install mlflow") from error
    except Exception as error:
        raise UsageError(f"MLflow can't read {uri}: {error}") from error


def _all(search: Callable[..., Any]) -> list[Any]:
    """Every page of an answer."""
    found: list[Any] = []
    token = None
    while True:
        page = search(page_token=token)
        found += page
        token = page.token
        if not token:
            return found


class _Reader:
    def __init__(self, client: Any, place: str, experiments: dict[str, str], runs: list[Any]) -> None:
        self._client = client
        self._place = place
        self._experiments = experiments
        self._ids = {one.info.run_id: _id(one) for one in runs}

    def run(self, one: Any) -> Run:
        info, tags = one.info, dict(one.data.tags)
        parent = self._ids.get(tags.get("mlflow.parentRunId", ""))
        commit = tags.get("mlflow.source.git.commit")
        problems: list[str] = []
        return Run(
            run_id=self._ids[info.run_id],
            tracker=TRACKER,
            origin=info.run_id,
            place=self._place,
            name=info.run_name or tags.get("mlflow.runName") or info.run_id[:8],
            experiment=self._experiments[info.experiment_id],
            started=info.start_time * 1000,
            ended=info.end_time * 1000 if info.end_time and info.status in _STATUS else None,
            status=_STATUS.get(info.status, "running"),
            parent_id=parent,
            user=info.user_id or tags.get("mlflow.user"),
            params=[foreign.param_of_text(name, value) for name, value in one.data.params.items()],
            tags=tags,
            note=tags.get("mlflow.note.content", ""),
            git=None if commit is None else events.GitState(commit=commit, dirty=False),
            data=[_dataset(used) for used in getattr(one.inputs, "dataset_inputs", ())],
            curves={name: self._curve(info.run_id, name) for name in one.data.metrics},
            files=list(self._files(one, problems)),
            problems=problems,
        )

    def _curve(self, run_id: str, name: str) -> Curve:
        import numpy as np

        points = self._client.get_metric_history(run_id, name)
        digests = {getattr(one, "dataset_digest", None) for one in points}
        return Curve(
            np.array([one.step for one in points], np.int64),
            np.array([one.timestamp * 1000 for one in points], np.int64),
            np.array([one.value for one in points], np.float64),
            digests.pop() if len(digests) == 1 else None,
        )

    # ---- files ----

    def _files(self, one: Any, problems: list[str]) -> Iterator[File]:
        try:
            listed = list(self._listed(partial(self._client.list_artifacts, one.info.run_id), None))
        except Exception as error:  # noqa: BLE001 - a store may be here and its artifacts elsewhere
            problems.append(f"its artifacts can't be listed: {error}")
            return
        fetch = partial(self._download, self._client.download_artifacts, one.info.run_id)
        for path, size in listed:
            yield File(path, partial(fetch, path), size, foreign.kind_of(path))
            folder, _, name = path.rpartition("/")
            if name == _DESCRIPTION:
                yield _Model(partial(fetch, folder)).file(folder or "model")
        for output in getattr(getattr(one, "outputs", None), "model_outputs", None) or ():
            yield from self._logged(output.model_id, problems)

    def _listed(
        self, list_in: Callable[[str | None], Any], folder: str | None
    ) -> Iterator[tuple[str, int | None]]:
        for item in list_in(folder):
            if item.is_dir:
                yield from self._listed(list_in, item.path)
            else:
                yield item.path, item.file_size

    def _logged(self, model_id: str, problems: list[str]) -> Iterator[File]:
        """A model that MLflow 3 keeps beside the run's artifacts."""
        try:
            model = self._client.get_logged_model(model_id)
            listed = list(self._listed(partial(self._client.list_logged_model_artifacts, model_id), None))
        except Exception as error:  # noqa: BLE001 - as above
            problems.append(f"its model {model_id} can't be read: {error}")
            return
        folder = partial(self._download_uri, model.artifact_location)
        for path, size in listed:
            yield File(f"{model.name}/{path}", partial(_below, folder, path), size, foreign.kind_of(path))
        yield _Model(folder).file(model.name)

    def _download(self, fetch: Callable[..., str], run_id: str, path: str) -> Path:
        return Path(fetch(run_id, path))

    def _download_uri(self, uri: str) -> Path:
        import mlflow.artifacts

        return Path(mlflow.artifacts.download_artifacts(artifact_uri=uri))

    # ---- versions ----

    def versions(self) -> Iterator[Version]:
        try:
            found = [
                (version, dict(model.aliases))
                for model in _all(self._client.search_registered_models)
                for version in self._client.search_model_versions(f"name='{model.name}'")
            ]
        except Exception:  # noqa: BLE001 - a tracking server without a registry
            return
        for version, aliases in sorted(found, key=lambda pair: (pair[0].name, int(pair[0].version))):
            run_id = self._ids.get(version.run_id or "")
            if run_id is None:
                continue
            held = [alias for alias, number in aliases.items() if str(number) == str(version.version)]
            yield Version(
                version.name,
                int(version.version),
                run_id,
                version.creation_timestamp * 1000,
                _Model(partial(self._download_version, version)).file(version.name),
                version.user_id or None,
                held,
            )

    def _download_version(self, version: Any) -> Path:
        return self._download_uri(self._client.get_model_version_download_uri(version.name, version.version))


def _id(one: Any) -> str:
    return foreign.run_id(TRACKER, one.info.run_id, one.info.start_time * 1000)


def _below(folder: Callable[[], Path], path: str) -> Path:
    return folder() / path


def _dataset(used: Any) -> events.Dataset:
    context = next((tag.value for tag in used.tags if tag.key == "mlflow.data.context"), "")
    profile = json.loads(used.dataset.profile or "{}")
    rows = profile.get("num_rows") if isinstance(profile, dict) else None
    return events.Dataset(
        name=used.dataset.name,
        role=_ROLES.get(context, "input"),
        type=used.dataset.source_type,
        digest=used.dataset.digest,
        rows=rows if isinstance(rows, int) else None,
    )


@dataclass(frozen=True)
class _Model:
    """The model in a folder, as one file that can be loaded. It is fetched when it is asked for."""

    folder: Callable[[], Path]

    def file(self, name: str) -> File:
        return File(name, self.data, None, "model", self.metadata)

    @cached_property
    def _root(self) -> Path:
        root = self.folder()
        if not (root / _DESCRIPTION).is_file():
            raise NotFound(f"there is no {_DESCRIPTION} in it: it is no MLflow model")
        return root

    @cached_property
    def _described(self) -> dict[str, Any]:
        import yaml

        return dict(yaml.safe_load((self._root / _DESCRIPTION).read_text(encoding="utf-8")))

    @property
    def _sklearn(self) -> dict[str, Any]:
        return dict(self._described.get("flavors", {}).get("sklearn", {}))

    @property
    def _estimator(self) -> Path | None:
        """The file of a scikit-learn model."""
        path = self._root / str(self._sklearn.get("pickled_model", "model.pkl"))
        return path if self._sklearn and path.is_file() else None

    def data(self) -> bytes | Path:
        return self._estimator or _zipped(self._root)

    def metadata(self) -> dict[str, Any]:
        flavours = sorted(self._described.get("flavors", {}))
        known = {"format": TRACKER, "flavors": flavours, "signature": _signature(self._described)}
        if self._estimator is None:
            return known
        form = "skops" if self._sklearn.get("serialization_format") == "skops" else "cloudpickle"
        return known | {
            "format": form,
            "versions": {"scikit-learn": str(self._sklearn.get("sklearn_version"))},
        }


def _signature(description: dict[str, Any]) -> dict[str, Any]:
    """The columns that it takes, as mlnb's own signatures name them."""
    inputs = json.loads((description.get("signature") or {}).get("inputs") or "[]")
    kinds = {"long": "int64", "integer": "int32", "double": "float64", "float": "float32", "boolean": "bool"}
    named = [one for one in inputs if "name" in one]
    return {
        "inputs": [{"name": one["name"], "type": kinds.get(one["type"], str(one["type"]))} for one in named]
    }


def _zipped(root: Path) -> bytes:
    """A folder as one file, the same bytes whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                file.writestr(zipfile.ZipInfo(path.relative_to(root).as_posix()), path.read_bytes())
    return buffer.getvalue()
