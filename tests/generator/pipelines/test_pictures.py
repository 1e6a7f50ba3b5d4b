"""The picture a clip begins with, as the model gets it."""

from pathlib import Path

import pytest
from PIL import Image

from generator.errors import GenerationError
from generator.pipelines.pictures import read_picture

SIDEWAYS = 6  # in EXIF: turn by 90 degrees to see it upright


def test_it_fills_the_size_and_keeps_its_shape(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    picture = Image.new("RGB", (120, 40), "red")
    picture.paste("blue", (40, 0, 80, 40))
    picture.save(path)
    read = read_picture(str(path), 32, 32)
    assert read.size == (32, 32)
    assert read.getpixel((16, 16)) == (0, 0, 255)
    assert all(read.getpixel((x, 16))[2] > 200 for x in (1, 30)), "the middle third"  # pyright: ignore


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.tiff"
    Image.new(mode, (20, 20)).save(path)
    assert read_picture(str(path), 16, 8).mode == "RGB"


def test_one_that_a_camera_took_sideways_is_turned(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    picture = Image.new("RGB", (32, 32), "red")
    picture.paste("blue", (0, 0, 16, 32))  # the left half, which will be the upper
    exif = Image.Exif()
    exif[0x0112] = SIDEWAYS
    picture.save(path, exif=exif)
    read = read_picture(str(path), 32, 32)
    assert read.getpixel((28, 2)) == (0, 0, 255)
    assert read.getpixel((2, 28)) == (255, 0, 0)


@pytest.mark.parametrize("damage", ["text", "truncated", "missing"])
def test_what_is_no_picture_is_said(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "picture.png"
    if damage == "text":
        path.write_text("hello")
    elif damage == "truncated":
        Image.effect_noise((64, 64), 50).save(path)
        path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(GenerationError) as caught:
        read_picture(str(path), 32, 32)
    assert caught.value.reason == "invalid"


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "picture.png"
    Image.new("1", (300, 300)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300 * 300 // 3)
    with pytest.raises(GenerationError, match="not a picture"):
        read_picture(str(path), 32, 32)
