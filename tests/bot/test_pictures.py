"""Pictures that clips begin with: what is taken, and what is left of it."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.errors import Refusal
from bot.jobs.wish import Wish
from bot.pictures import Upload, copy_picture, keep_picture, with_picture

_ROTATED = 6
"""What a camera writes that was held upright."""


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def test_a_photograph_is_kept_upright_and_without_what_the_camera_wrote(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = _ROTATED
    exif[0x010E] = "taken at home"
    data = encoded(Image.new("RGB", (80, 40), "teal"), "JPEG", exif=exif)
    keep_picture(data, tmp_path / "k7m2p.image.png")
    with Image.open(tmp_path / "k7m2p.image.png") as kept:
        assert (kept.format, kept.mode, kept.size) == ("PNG", "RGB", (40, 80))
        assert not kept.getexif()
    assert b"taken at home" not in (tmp_path / "k7m2p.image.png").read_bytes()


def test_what_is_transparent_becomes_white_and_what_is_large_smaller(tmp_path: Path) -> None:
    data = encoded(Image.new("RGBA", (4000, 1000), (255, 0, 0, 0)), "WEBP")
    keep_picture(data, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as kept:
        assert kept.size == (2048, 512)
        assert kept.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"\x89PNG\r\n\x1a\nbroken",
        encoded(Image.new("RGB", (64, 64)), "PNG")[:60],
        encoded(Image.new("RGB", (64, 64)), "GIF"),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        keep_picture(data, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    data = encoded(Image.new("1", (10_000, 5_000)), "PNG")
    with pytest.raises(Refusal, match="10000×5000 pixels; at most 40 million"):
        keep_picture(data, tmp_path / "a.png")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"content_type": "video/mp4"}, "not a picture"),
        ({"content_type": None}, "not a picture"),
        ({"size": 21 * 2**20}, "21.0 MB; at most 20 MB"),
        ({"width": 9000, "height": 9000}, "9000×9000 pixels; at most 40 million"),
    ],
)
def test_what_discord_says_of_a_file_is_enough_to_refuse_it(
    said: dict[str, Any], words: str
) -> None:
    usual: dict[str, Any] = {
        "filename": "a.png",
        "url": "x",
        "size": 9,
        "content_type": "image/png",
    }
    with pytest.raises(Refusal, match=words):
        with_picture(Wish(), Upload(**usual | said))


def test_a_clip_takes_its_pictures_shape_unless_another_is_asked_for() -> None:
    upload = Upload("a.png", "x", 9, "image/png", 1920, 1080)
    assert with_picture(Wish(), upload).aspect == "16:9"
    assert with_picture(Wish(aspect="1:1"), upload).aspect == "1:1"
    assert with_picture(Wish(size="64x64"), upload).aspect is None


async def test_each_job_has_its_own_picture_until_it_is_gone(tmp_path: Path) -> None:
    first, second = tmp_path / "a.image.png", tmp_path / "b.image.png"
    first.write_bytes(b"picture")
    await copy_picture(str(first), str(second))
    first.unlink()
    assert second.read_bytes() == b"picture"
    with pytest.raises(Refusal, match="not kept any more"):
        await copy_picture(str(first), str(second))
