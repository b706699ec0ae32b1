"""What goes back over the wire: JSON that every JavaScript parser reads, and one body for every error.

JSON has no NaN and no infinity, and metrics do: they travel as the strings "NaN", "Infinity" and
"-Infinity". Times are ISO 8601 in UTC with a "Z". Which error answers with which status is written once, here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, cast

import msgspec

from mlnb import errors
from mlnb.events import ModelVersion, Promotion
from mlnb.server.bodies import Number, PromotionRow, RegisteredVersion


class NotAllowed(errors.Error):
    """Something that this server was not set up to open."""

    code = "not_allowed"


STATUS: Final[Mapping[type[errors.Error], HTTPStatus]] = {
    errors.Error: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UsageError: HTTPStatus.BAD_REQUEST,
    errors.NameTaken: HTTPStatus.CONFLICT,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Ambiguous: HTTPStatus.CONFLICT,
    errors.NotebookError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.KernelError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ExecutionFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.StoreError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotWritable: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PromotionError: HTTPStatus.CONFLICT,
    errors.UnsafeModel: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotAllowed: HTTPStatus.FORBIDDEN,
}


def status_of(error: errors.Error) -> int:
    """The status of the nearest of the error's classes that has one."""
    return next(int(STATUS[kind]) for kind in type(error).__mro__ if kind in STATUS)


def error_body(error: errors.Error) -> dict[str, Any]:
    """`{"error": {"code", "message", "hint"}}`, and beside it what a refused promotion decided."""
    body: dict[str, Any] = {"error": errors.told(error)}
    promotion = error.facts.get("promotion")
    if promotion is not None:
        body["promotion"] = promotion_row(promotion)
    return body


# RFC 9110 renamed these, and Python followed in 3.13: a code must not hang on the version.
_PHRASES: Final = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


def http_error_body(status: int, message: str) -> dict[str, Any]:
    """The same body for what the web server itself refuses: no token, no such method, no such page."""
    phrase = _PHRASES.get(status) or HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    return {"error": {"code": code, "message": message or phrase, "hint": None}}


def promotion_row(promotion: Promotion) -> PromotionRow:
    """A promotion's event as the row that `models` lists."""
    row: dict[str, Any] = msgspec.structs.asdict(promotion)
    del row["seq"]
    row["gates"] = [msgspec.structs.asdict(gate) for gate in promotion.gates]
    row["time"] = _moment(promotion.time)
    return cast("PromotionRow", row)


def version_row(version: ModelVersion) -> RegisteredVersion:
    """A version's event as a row."""
    row: dict[str, Any] = msgspec.structs.asdict(version)
    del row["seq"]
    row["created_at"] = _moment(row.pop("time"))
    return cast("RegisteredVersion", row)


_PLAIN: Final = frozenset({str, int, bool, type(None)})


def encode(body: Any) -> bytes:
    """The body as JSON."""
    return msgspec.json.encode(plain(body))


def plain(value: Any) -> Any:
    """The same value with nothing in it that JSON can't say."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


def number(value: float) -> Number:
    """The number, or its name where it isn't finite."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _moment(stamp: int) -> datetime | None:
    return datetime.fromtimestamp(stamp / 1e6, UTC) if stamp else None
