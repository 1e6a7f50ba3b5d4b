"""The documents name tests; each of them exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(?P<file>[\w/]+\.py)?::(?P<test>test_\w+)")


def named_tests(document: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, test); a test without a file is in the one that was named last in its row."""
    for line in document.read_text().splitlines():
        file = ""
        for found in NAMED.finditer(line):
            file = found["file"] or file
            yield file, found["test"]


@pytest.mark.parametrize("name", ["features.md", "faults.md"])
def test_every_test_that_a_document_names_exists(name: str) -> None:
    named = list(named_tests(ROOT / "docs" / name))
    assert named
    for file, test in named:
        path = ROOT / file if file.startswith("tests/") else ROOT / "tests" / "end_to_end" / file
        assert re.search(rf"^(async )?def {test}", path.read_text(), re.MULTILINE), (file, test)
