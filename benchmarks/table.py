"""What was measured, as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MS, US = 1e3, 1e6


def rendered(found: dict[str, Any]) -> str:
    """The tables, with the machine above and, where one is set, the target beside each figure."""
    return "\n".join([*_machine(found["machine"]), "", *_trackers(found), "", *_ours(found)])


def _machine(known: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{known['date']}, {known['cores']} cores, {known['memory_gib']} GiB, {known['system']}, "
        f"Python {known['python']}, DuckDB {known['duckdb']}; load before: {known['load']}"
    )


def _trackers(found: dict[str, Any]) -> Iterator[str]:
    yield (
        "| tracker | one call, µs p50 / p99 | CPU µs a call | points/s, one by one, with the flush "
        "| points/s, batched | a run, ms | runs as a table | curve read back, ms | import, ms |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    write = found["raw"]["write"]
    yield (
        f"| bare `os.write` | {write['p50_us']:.1f} / {write['p99_us']:.1f} | {write['cpu_amortised_us']:.2f} "
        "| | | | | | |"
    )
    for name, seen in found["trackers"].items():
        if "error" in seen:
            yield f"| {name} | {seen['error']} | | | | | | | |"
            continue
        table = f"{seen['table_runs']:,}: {seen['table_s'] * MS:.0f} ms" if seen["table_s"] else "–"
        yield (
            f"| {name} {seen['version']} | {seen['p50_us']:.1f} / {seen['p99_us']:.1f} "
            f"| {seen['cpu_amortised_us']:.2f} | {seen['points_per_s']:,.0f} "
            f"| {_or_dash(seen.get('batch_points_per_s'), ',.0f')} | {seen['run_s'] * MS:.1f} | {table} "
            f"| {_or_dash(seen.get('history_s'), '.0f', MS)} | {seen['import_ms']:.0f} |"
        )


def _ours(found: dict[str, Any]) -> Iterator[str]:
    yield "| what | measured | target | beside |"
    yield "|---|---|---|---|"
    mine, many, bare = found["ours"], found["ours"]["many"], found["raw"]["queries"]
    seen = found["trackers"]["mlnb"]
    write = found["raw"]["write"]
    if "error" not in seen:
        ratio = seen["cpu_amortised_us"] / write["cpu_amortised_us"]
        yield f"| one `metric()`, CPU | {seen['cpu_amortised_us']:.2f} µs | ≤ 3 µs | {ratio:.1f} × a bare `os.write` |"
        yield f"| one `metric()`, p99 | {seen['p99_us']:.1f} µs | ≤ 20 µs | |"
        peers = {
            n: p["points_per_s"] for n, p in found["trackers"].items() if n != "mlnb" and "error" not in p
        }
        if peers:
            best = max(peers, key=lambda name: peers[name])
            by_cpu = seen["points_per_cpu_s"] / found["trackers"][best]["points_per_cpu_s"]
            yield (
                f"| points/s with the flush | {seen['points_per_s']:,.0f} | ≥ 20 × the fastest peer "
                f"| {seen['points_per_s'] / peers[best]:.0f} × {best} ({peers[best]:,.0f}); "
                f"of a CPU second {seen['points_per_cpu_s']:,.0f}, {by_cpu:.0f} × |"
            )
    yield (
        f"| `history()`, points/s | {mine['history_points_per_s']:,.0f} | ≥ 10,000,000 "
        f"| of a CPU second: {mine['history_points_per_cpu_s']:,.0f} |"
    )
    insert = found["raw"]["insert_points_per_s"]
    yield (
        f"| folding, points/s | {mine['folded_points_per_s']:,.0f} | | "
        f"{insert / mine['folded_points_per_s']:.1f} × slower than a bare Arrow insert ({insert:,.0f}) |"
    )
    yield (
        f"| folding, runs of 10 + 10 | {mine['folded_runs_per_s']:,.0f} /s | "
        f"| of a CPU second: {mine['folded_runs_per_cpu_s']:,.0f} |"
    )
    for key, what, target in (
        ("all", f"`runs()` of {many['runs']:,} × 20", "≤ 150 ms"),
        ("top", "top 50 with filter", "≤ 30 ms"),
        ("page", "page of 200", "≤ 20 ms"),
    ):
        yield (
            f"| {what}, min / median | {many[key]['min'] * MS:.0f} / {many[key]['median'] * MS:.0f} ms | {target} "
            f"| CPU {many[key]['cpu'] * MS:.0f} ms; the same on a bare open table: {bare[key]['median'] * MS:.0f} ms, "
            f"CPU {bare[key]['cpu'] * MS:.0f} ms |"
        )
    for key, what in (("panel_top", "the panel's top 50"), ("panel_page", "the panel's page of 200"),
                      ("panel_page_again", "the same page again")):  # fmt: skip
        yield f"| {what}, median | {many[key]['median'] * MS:.1f} ms | | |"
    yield f"| `import mlnb` | {mine['import_ms']:.0f} ms | ≤ 60 ms | duckdb alone: {mine['duckdb_import_ms']:.0f} ms |"
    both = found["together"]
    finish = sorted(both["finish_ms"])
    yield (
        f"| 8 processes × 10 runs × 10,000 points, a reader every 200 ms | {both['expected'] - both['points']} lost, "
        f"{both['doubled']} doubled, `finish()` median {finish[len(finish) // 2]:.1f} ms | 0, 0, ≤ 10 ms | |"
    )
    if "kills" in found:
        kills = found["kills"]
        yield (
            f"| {sum(kills['kills'].values())} kills | {kills['lost']} lost, {kills['doubled']} doubled, "
            f"{kills['findings']} findings | 0, 0, 0 | |"
        )


def _or_dash(value: float | None, form: str, scale: float = 1) -> str:
    return "–" if value is None else format(value * scale, form)
