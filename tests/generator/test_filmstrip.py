"""The filmstrip as a picture: everything on it, whatever the shape and number of the stills."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.filmstrip import Still, draw_filmstrip

RED, BLUE = (200, 20, 20), (20, 20, 200)


def stills(count: int, size: tuple[int, int]) -> list[Still]:
    """Red ones, and a blue one at the end."""
    width, height = size
    pictures = [np.full((height, width, 3), RED, np.uint8) for _ in range(count - 1)]
    pictures.append(np.full((height, width, 3), BLUE, np.uint8))
    return [Still(step, 999.0 - step, picture) for step, picture in enumerate(pictures)]


def area_of(image: Image.Image, colour: tuple[int, int, int]) -> int:
    distance = np.abs(np.asarray(image, int) - colour).sum(axis=2)
    return int((distance < 20).sum())


@pytest.mark.parametrize("size", [(144, 144), (832, 480), (480, 832)])
@pytest.mark.parametrize("count", [2, 4, 6])
def test_every_still_is_shown_at_the_same_size(
    tmp_path: Path, size: tuple[int, int], count: int
) -> None:
    path = tmp_path / "a.strip.jpg"
    draw_filmstrip(stills(count, size), path)
    with Image.open(path) as image:
        assert image.format == "JPEG"
        assert image.width == 1100
        one = area_of(image, BLUE)
        assert one == pytest.approx(334**2 * size[1] / size[0], rel=0.02)
        assert area_of(image, RED) == pytest.approx((count - 1) * one, rel=0.02)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_it_is_a_dark_card_of_its_own_on_light_and_dark_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.strip.jpg"
    draw_filmstrip(stills(3, (64, 64)), path)
    with Image.open(path) as image:
        grey = np.asarray(image.convert("L"), int)
    edges = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    assert edges.max() < 60
    assert grey.max() > 230  # the words


def test_a_strip_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        draw_filmstrip(stills(2, (8, 8)), tmp_path / "missing" / "a.jpg")
    assert list(tmp_path.iterdir()) == []
