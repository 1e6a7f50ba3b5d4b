"""How accuracy is counted and pictured."""

from pathlib import Path

import numpy as np
from PIL import Image

from generator.builtin.captions import Scene
from generator.builtin.contact_sheet import contact_sheet
from generator.builtin.evaluate import score


def test_score_counts_each_attribute_and_all_of_them_together() -> None:
    wanted = [Scene("red", "star", "still", "sky"), Scene("blue", "heart", "growing", "sea")]
    seen = [Scene("red", "star", "still", "night"), Scene("blue", "cross", "growing", "sea")]
    accuracy = score(wanted, seen)
    assert accuracy.clips == 2
    assert accuracy.shares["colour"] == 1.0
    assert accuracy.shares["shape"] == 0.5
    assert accuracy.shares["background"] == 0.5
    assert accuracy.shares["colour, shape and motion"] == 0.5
    assert accuracy.shares["everything"] == 0.0
    assert "shape 50.0%" in str(accuracy)


def test_the_contact_sheet_sets_clips_beside_ground_truth(tmp_path: Path) -> None:
    scene = Scene("red", "star", "still", "sky")
    clips = [np.zeros((16, 96, 96, 3), np.uint8)]
    contact_sheet([scene], clips, clips, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (2 * 5 * 96 + 8, 96 + 16)
