"""What a request may hold. Structs, checked when they are parsed: what doesn't fit is refused."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""What every JSON parser reads exactly, and DuckDB counts with."""

Positive = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Request(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A request's body: a misspelt field is refused, not ignored."""


class Query(msgspec.Struct, kw_only=True):
    """A request's query string; `store`, `path` and `token` may always stand there too."""


class RunsQuery(Query):
    where: str | None = None
    experiment: str | None = None
    groups: bool = False
    order_by: str | None = None
    limit: int = 200
    offset: Natural = 0
    children: bool = False
    since: Natural | None = None
    data: bool = False


class ColumnsQuery(Query):
    where: str | None = None


class HistoryQuery(Query):
    metric: str
    max_points: Positive | None = None


class HistoriesQuery(HistoryQuery, kw_only=True):
    runs: str


class CompareQuery(Query):
    runs: str


class ArtifactQuery(Query):
    name: str | None = None
    media_type: str | None = None


class ForceQuery(Query):
    force: bool = False


class NotebookQuery(Query):
    path: str | None = None
    run: str | None = None


class RunEdit(Request):
    name: str | None = None
    note: str | None = None
    tags: dict[str, str | None] = {}


class NewVersion(Request):
    run: str
    name: str | None = None


class NewPromotion(Request):
    model: str
    version: Positive
    alias: str = "champion"
    note: str = ""
    expected: int | msgspec.UnsetType | None = msgspec.UNSET
    dry_run: bool = False


class NewRollback(Request):
    model: str
    alias: str = "champion"
    note: str = ""
    expected: int | msgspec.UnsetType | None = msgspec.UNSET


class Rerunnable(Request):
    """`edits` are source texts by parameter: one value, several, or a range, as `mlnb rerun` reads them."""

    notebook: str | None = None
    run: str | None = None
    edits: dict[str, str] = {}


class NewPlan(Rerunnable):
    pass


class NewRerun(Rerunnable):
    """`edits` win over `params` and `grid`, which hold values. In `grid` a text is a range to draw from, as in
    `"loguniform(1e-4, 1e-1)"`; a range needs `samples`."""

    params: dict[str, Any] = {}
    grid: dict[str, list[Any] | str] = {}
    samples: int | None = None
    workers: int = 1
    name: str | None = None


class NewGathering(Request):
    """`path` is from the server's root; `seconds` is how long cells that don't matter are looked for."""

    path: str | None = None
    force: bool = False
    fast: bool = False
    seconds: float = 60.0


class Sql(Request):
    sql: str
