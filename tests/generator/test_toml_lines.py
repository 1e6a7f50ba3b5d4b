"""Finding the line of a key in a TOML text."""

import pytest

from generator.toml_lines import line_of

TEXT = '''\
# a comment = 1
top = 1

[a]  # [not.this]
text = """
fake = 1
[fake]
"""
list = [
    { x = 1 },
    2,
]
inline = { deep = { er = 3 } }
dotted.key = 1

[a.sub."quoted.name"]
x = 1

[[b.items]]
x = 1
[[b.items]]
y = 2
x = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["top"], 2),
        (["a"], 4),
        (["a", "text"], 5),
        (["a", "list"], 9),
        (["a", "list", 0, "x"], 9),
        (["a", "inline", "deep", "er"], 13),
        (["a", "dotted", "key"], 14),
        (["a", "sub"], 16),
        (["a", "sub", "quoted.name", "x"], 17),
        (["b", "items", 0, "x"], 20),
        (["b", "items", 1], 21),
        (["b", "items", 1, "x"], 23),
        (["a", "missing"], 4),
        (["b", "items", 1, "missing"], 21),
        (["fake"], 1),
        ([], 1),
    ],
)
def test_the_line_of_a_key_or_of_what_is_around_it(path: list[str | int], line: int) -> None:
    assert line_of(TEXT, path) == line


def test_lines_may_end_as_on_windows() -> None:
    assert line_of('[a]\r\nx = """\r\n"""\r\ny = 1\r\n', ["a", "y"]) == 4
