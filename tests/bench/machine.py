"""What the figures were measured on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psycopg

GIB = 2**30
PACKAGES = ("polars", "pandas", "dbt-core", "dbt-postgres", "great-expectations", "psycopg")


def facts(dsn: str) -> dict[str, str | int | float]:
    """Return the machine and the versions, without the name of the machine or any path."""
    with psycopg.connect(dsn) as connection:
        server = connection.execute("show server_version").fetchone()
    assert server
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB, 1),
        "kernel": platform.release().split("-")[0],
        "python": platform.python_version(),
        "postgresql": str(server[0]),
        **{name: version(name) for name in PACKAGES},
    }


def cpu_model() -> str:
    """Return the name of the processor; its architecture where the kernel does not say."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def load_average() -> float:
    """Return the processes that wanted to run in the last minute: how noisy it was."""
    return round(os.getloadavg()[0], 1)
