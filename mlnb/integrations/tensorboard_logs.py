"""Reading TensorBoard's event files, whoever wrote them, through TensorBoard's own reader.

Each folder with event files is a run; one inside another's is its child, as `add_hparams` and `add_scalars` lay them out.
Scalars become metrics, hyperparameters become parameters, texts and pictures become artifacts; histograms, audio and
graphs have no place here, and are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mlnb import events
from mlnb.errors import NotFound, UsageError
from mlnb.integrations import foreign
from mlnb.integrations.foreign import Curve, File, Run, Source

TRACKER: Final = "tensorboard"
_MARK: Final = "tfevents"
_START: Final = "_hparams_/session_start_info"
_END: Final = "_hparams_/session_end_info"
_FAILED: Final = 2  # of TensorBoard's Status: unknown, success, failure, running


def read(place: str) -> Source:
    """The runs below a log folder.

    Raises
    ------
    NotFound
        There are no event files in it.
    UsageError
        TensorBoard isn't installed.
    """
    root = Path(place).expanduser().absolute()
    folders = sorted({path.parent for path in root.rglob(f"*{_MARK}*") if path.is_file()})
    if not folders:
        raise NotFound(f"there are no TensorBoard logs in {place}", hint="the folder that holds *.tfevents.*")
    try:
        import tensorboard  # noqa: F401
    except ImportError:
        raise UsageError("TensorBoard isn't installed", hint="pip install 'mlnb[tensorboard]'") from None
    return Source(place, len(folders), _runs(root, place, folders))


def _runs(root: Path, place: str, folders: list[Path]) -> Iterator[Run]:
    ids: dict[Path, str] = {}
    for folder in folders:
        logs = _accumulated(folder)
        started = _micros(_first_time(logs))
        first = min(path.name for path in folder.iterdir() if _MARK in path.name)
        origin = f"{folder.name}/{first}@{started}"
        ids[folder] = foreign.run_id(TRACKER, origin, started)
        parent = next((ids[above] for above in folder.parents if above in ids), None)
        yield _run(root, place, folder, logs, started, origin, parent)


def _accumulated(folder: Path) -> Any:
    from tensorboard.backend.event_processing import event_accumulator

    every = {"scalars": 0, "tensors": 0, "images": 0, "histograms": 1, "compressedHistograms": 1, "audio": 1}
    # Not purged: a training that was started again from a checkpoint repeats steps, and both are history.
    logs = event_accumulator.EventAccumulator(str(folder), size_guidance=every, purge_orphaned_data=False)
    logs.Reload()
    return logs


def _first_time(logs: Any) -> float:
    try:
        return float(logs.FirstEventTimestamp())
    except ValueError:  # a file that was opened, and nothing written
        return 0.0


def _run(
    root: Path, place: str, folder: Path, logs: Any, started: int, origin: str, parent: str | None
) -> Run:
    tags = logs.Tags()
    curves = dict(_curves(logs, tags))
    files = [*_texts(logs), *_pictures(logs, tags)]
    last = max((int(curve.times.max()) for curve in curves.values()), default=started)
    name = folder.relative_to(root).as_posix()
    start = _hparams(logs, _START)
    failed = _hparams(logs, _END) is not None and _hparams(logs, _END).session_end_info.status == _FAILED
    left_out = {kind: len(tags[kind]) for kind in ("histograms", "audio") if tags[kind]}
    return Run(
        run_id=foreign.run_id(TRACKER, origin, started),
        tracker=TRACKER,
        origin=origin,
        place=place,
        name=root.name if name == "." else name,
        experiment=root.name,
        started=started,
        ended=last,
        status="failed" if failed else "finished",
        parent_id=parent,
        host=_host(origin),
        params=[] if start is None else list(_params(start.session_start_info.hparams)),
        curves=curves,
        files=files,
        left_out=left_out | ({"graphs": 1} if tags["graph"] else {}),
    )


def _curves(logs: Any, tags: dict[str, Any]) -> Iterator[tuple[str, Curve]]:
    import numpy as np
    from tensorboard.util import tensor_util

    found = {tag: [(p.step, p.wall_time, p.value) for p in logs.Scalars(tag)] for tag in tags["scalars"]}
    for tag in _of_plugin(logs, "scalars"):  # as TensorFlow 2 writes them
        if tag in tags["tensors"]:
            found[tag] = [
                (p.step, p.wall_time, float(tensor_util.make_ndarray(p.tensor_proto).item()))
                for p in logs.Tensors(tag)
            ]
    for tag, points in found.items():
        steps, times, values = zip(*points, strict=True)
        yield (
            tag,
            Curve(
                np.array(steps, np.int64),
                np.array([_micros(time) for time in times], np.int64),
                np.array(values, np.float64),
            ),
        )


def _texts(logs: Any) -> Iterator[File]:
    for tag in _of_plugin(logs, "text"):
        for point in logs.Tensors(tag):
            data = b"\n".join(point.tensor_proto.string_val)
            name = f"{tag.removesuffix('/text_summary')} {point.step}.txt"
            yield File(name, foreign.held(data), len(data), "text")


def _pictures(logs: Any, tags: dict[str, Any]) -> Iterator[File]:
    for tag in tags["images"]:
        for picture in logs.Images(tag):
            data = picture.encoded_image_string
            name = f"{tag} {picture.step}.{'jpg' if data.startswith(bytes([0xFF, 0xD8])) else 'png'}"
            yield File(name, foreign.held(data), len(data), "figure")


def _of_plugin(logs: Any, plugin: str) -> list[str]:
    return [
        tag for tag, metadata in logs.summary_metadata.items() if metadata.plugin_data.plugin_name == plugin
    ]


def _hparams(logs: Any, tag: str) -> Any:
    """What `add_hparams` wrote under a tag; None where it wasn't called."""
    metadata = logs.summary_metadata.get(tag)
    if metadata is None:
        return None
    from tensorboard.plugins.hparams import plugin_data_pb2

    return plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)


def _params(hparams: Any) -> Iterator[events.Param]:
    for name, value in sorted(hparams.items()):
        which = value.WhichOneof("kind")
        if which not in {None, "null_value"}:
            yield from foreign.param(name, getattr(value, which))


def _host(origin: str) -> str | None:
    """The host in a file's name: `events.out.tfevents.1795603192.vm.421.0`."""
    parts = origin.partition(f"{_MARK}.")[2].partition("@")[0].split(".")
    return parts[1] if len(parts) > 1 else None


def _micros(seconds: float) -> int:
    return round(seconds * 1e6)
