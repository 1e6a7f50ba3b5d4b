"""The MP4 files: what players need, what the file says about itself, and limits."""

import json
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from generator.encoding import Frames, write_mp4
from generator.errors import GenerationError


def moving_square(num_frames: int = 12, height: int = 64, width: int = 96) -> Frames:
    """Red on white, one pixel further right in every frame."""
    frames = np.full((num_frames, height, width, 3), 255, np.uint8)
    for index, frame in enumerate(frames):
        frame[16:40, 16 + index : 40 + index] = (220, 30, 30)
    return frames


def noise(num_frames: int = 16, edge: int = 128) -> Frames:
    return np.random.default_rng(0).integers(0, 256, (num_frames, edge, edge, 3), dtype=np.uint8)


def decode(path: Path) -> Frames:
    with av.open(path) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(pictures).astype(np.uint8, copy=False)


def top_level_boxes(path: Path) -> list[str]:
    data, names, position = path.read_bytes(), [], 0
    while position < len(data):
        size, name = struct.unpack_from(">I4s", data, position)
        names.append(name.decode())
        position += size
    return names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clip.mp4"


def test_it_is_what_browsers_and_discord_play(path: Path) -> None:
    write_mp4(moving_square(), path, fps=8)
    with av.open(path) as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        context = stream.codec_context
        assert context.name == "h264"
        assert context.pix_fmt == "yuv420p"
        assert (context.width, context.height) == (96, 64)
        assert stream.average_rate == Fraction(8)
        assert stream.frames == 12
        assert context.color_range == ColorRange.MPEG
        assert context.colorspace == Colorspace.ITU709
        assert context.color_primaries == ColorPrimaries.BT709
        assert context.color_trc == ColorTrc.BT709


def test_the_index_comes_before_the_pictures(path: Path) -> None:
    write_mp4(moving_square(), path, fps=8)
    boxes = top_level_boxes(path)
    assert boxes.index("moov") < boxes.index("mdat")


def test_colours_and_places_survive(path: Path) -> None:
    frames = moving_square()
    write_mp4(frames, path, fps=8)
    decoded = decode(path)
    assert decoded.shape == frames.shape
    assert (decoded[:, 2, 2] >= 253).all(), "white stays white"
    assert np.abs(decoded[0, 28, 28].astype(int) - (220, 30, 30)).max() <= 6
    assert np.abs(decoded.astype(int) - frames).mean() < 3


@pytest.mark.parametrize("scale", [2, 3])
def test_small_clips_are_enlarged_cleanly(path: Path, scale: int) -> None:
    frames = moving_square()
    clip = write_mp4(frames, path, fps=8, scale=scale)
    decoded = decode(path)
    assert (clip.width, clip.height) == (96 * scale, 64 * scale)
    middles = decoded[:, scale // 2 :: scale, scale // 2 :: scale]
    assert np.abs(middles.astype(int) - frames).mean() < 4


@pytest.mark.parametrize(("height", "width"), [(33, 64), (64, 33), (35, 37)])
def test_odd_edges_become_even(path: Path, height: int, width: int) -> None:
    clip = write_mp4(moving_square(height=height, width=width), path, fps=8)
    assert (clip.width, clip.height) == (width + width % 2, height + height % 2)
    assert decode(path).shape[1:3] == (clip.height, clip.width)


def test_the_file_says_what_made_it(path: Path) -> None:
    metadata = {"prompt": 'a "red" ☃\nsquare; x=1', "seed": 7, "model": "builtin"}
    write_mp4(moving_square(), path, fps=8, metadata=metadata)
    with av.open(path) as container:
        tags = container.metadata
    assert json.loads(tags["comment"]) == metadata
    assert tags["title"] == metadata["prompt"]


def test_a_huge_prompt_fits_into_the_metadata(path: Path) -> None:
    metadata = {"prompt": "☃" * 100_000}
    write_mp4(moving_square(), path, fps=8, metadata=metadata)
    with av.open(path) as container:
        assert json.loads(container.metadata["comment"]) == metadata


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    for path in paths:
        write_mp4(noise(), path, fps=8, metadata={"seed": 1})
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_limit_that_is_kept_changes_nothing(tmp_path: Path) -> None:
    write_mp4(moving_square(), tmp_path / "a.mp4", fps=8)
    write_mp4(moving_square(), tmp_path / "b.mp4", fps=8, max_bytes=1_000_000)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("share", [0.6, 0.3, 0.15])
def test_a_large_clip_is_made_to_fit(path: Path, share: float) -> None:
    write_mp4(noise(), path, fps=8)
    limit = int(path.stat().st_size * share)
    write_mp4(noise(), path, fps=8, max_bytes=limit)
    assert limit / 2 < path.stat().st_size <= limit
    assert len(decode(path)) == 16


def test_an_impossible_limit_is_said_and_leaves_nothing(path: Path) -> None:
    with pytest.raises(GenerationError, match="does not fit into") as caught:
        write_mp4(noise(), path, fps=8, max_bytes=2_000)
    assert caught.value.reason == "invalid"
    assert list(path.parent.iterdir()) == []


def test_the_file_appears_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"the old one")

    def fail_to_replace(*_: Any) -> None:
        assert path.read_bytes() == b"the old one"
        raise OSError("no")

    monkeypatch.setattr(Path, "replace", fail_to_replace)
    with pytest.raises(OSError, match="no"):
        write_mp4(moving_square(), path, fps=8)
    assert [entry.name for entry in path.parent.iterdir()] == ["clip.mp4"]
    assert path.read_bytes() == b"the old one"


def test_a_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_mp4(moving_square(), tmp_path / "missing" / "clip.mp4", fps=8)
