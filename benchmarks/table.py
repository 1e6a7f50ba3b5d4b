"""Results as a Markdown table or as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

Cells = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One comparison; the ratio is the median of the rounds', beside the lowest and highest."""

    name: str
    reference: str
    value: str
    reference_value: str
    ratio: float
    lowest: float
    highest: float
    goal: str = ""


_HEAD = ("what", "", "against", "", "ratio", "rounds", "goal")


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the comparisons as a table."""
    return markdown(_HEAD, [_cells(row) for row in rows])


def markdown(head: Cells, rows: Sequence[Cells]) -> str:
    """Return a table in columns of equal width."""
    table = [head, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    ]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def as_json(rows: Sequence[Row]) -> str:
    """Return the rows and where they were measured."""
    return json.dumps({"machine": machine(), "rows": [asdict(row) for row in rows]}, indent=2)


def machine() -> str:
    """Say what was measured on, and how busy it was with other things."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    today = datetime.now(UTC).date()
    return f"{today}, {os.cpu_count()} cores ({platform.machine()}), load average {load:.1f}"


def _cells(row: Row) -> Cells:
    ratio, spread = f"{row.ratio:.2f}", f"{row.lowest:.2f} .. {row.highest:.2f}"
    return (row.name, row.value, row.reference, row.reference_value, ratio, spread, row.goal)
