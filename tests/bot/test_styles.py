"""Styles: ours, an operator's, and the errors that name a line."""

from pathlib import Path

import pytest

from bot.errors import StartupError
from bot.styles import load_styles
from bot.texts.styles import SHIPPED


def test_every_shipped_style_has_its_name_in_the_catalogues() -> None:
    assert tuple(load_styles()) == SHIPPED


def test_an_operators_file_adds_styles_and_changes_ours(tmp_path: Path) -> None:
    own = tmp_path / "styles.toml"
    own.write_text('["Clay"]\nprompt = "{prompt} of clay"\n["House"]\nprompt = "our {prompt}"\n')
    styles = load_styles(own)
    assert styles["Clay"].over("a {fox}", "rain") == ("a {fox} of clay", "rain")
    assert styles["House"].over("fox", "") == ("our fox", "")
    assert set(SHIPPED) < set(styles)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('["A"]\nprompt = "{prompt}"\n\n["B"]\nprompt = "none"\n', r"line 4: B: has no \{prompt\}"),
        ('["A"]\nprompt = 7\n', "line 2: A: Expected `str`"),
        ('["A"]\nprompt = "{prompt}"\nnegative = "x"\n', "A: Object contains unknown field"),
        (f'["{"x" * 51}"]\nprompt = "{{prompt}}"\n', "line 1: .*longer than 50"),
        ('["A"\n', r"cannot be read: .*line 1"),
    ],
)
def test_an_error_names_the_file_and_the_line(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "styles.toml"
    own.write_text(text)
    with pytest.raises(StartupError, match=f"STYLES_FILE: .*styles.toml.*{words}"):
        load_styles(own)
