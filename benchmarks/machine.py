"""The machine that a table was measured on, in words that name no machine."""

from __future__ import annotations

import os
import platform
import sys
from datetime import date

import duckdb
import psutil


def described() -> dict[str, str | int | float]:
    memory = psutil.virtual_memory().total
    return {
        "date": date.today().isoformat(),  # noqa: DTZ011 - the day where the machine stands
        "cores": os.cpu_count() or 0,
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0,
        "platform": sys.platform,
    }
