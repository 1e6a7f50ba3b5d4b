"""The MP4 files: what players need, what the file says about itself, and sound."""

import json
import os
import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from generator.encoding import Audio, write_mp4
from tests.generator.clips import (
    decode,
    hear,
    loudest_frequencies,
    moving_square,
    noise,
    tone,
)


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
        assert context.colorspace == Colorspace.ITU601
        assert context.color_primaries == ColorPrimaries.BT709
        assert context.color_trc == ColorTrc.BT709


def test_colours_and_places_survive(path: Path) -> None:
    frames = moving_square()
    write_mp4(frames, path, fps=8)
    decoded = decode(path)
    assert decoded.shape == frames.shape
    assert (decoded[:, 2, 2] >= 253).all(), "white stays white"
    assert np.abs(decoded[0, 28, 28].astype(int) - (220, 30, 30)).max() <= 6
    assert np.abs(decoded.astype(int) - frames).mean() < 3


def test_high_definition_has_the_matrix_of_high_definition(path: Path) -> None:
    frames = moving_square(height=720, width=96)
    write_mp4(frames, path, fps=8)
    with av.open(path) as container:
        assert container.streams.video[0].codec_context.colorspace == Colorspace.ITU709
    assert np.abs(decode(path).astype(int) - frames).mean() < 3


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


WRITE_TEXTURE = """
import sys
from pathlib import Path
from generator.encoding import write_mp4
from tests.generator.clips import texture
write_mp4(texture(), Path(sys.argv[1]), fps=8)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="MALLOC_PERTURB_ is glibc's")
def test_what_the_memory_held_before_does_not_matter(tmp_path: Path) -> None:
    files = set[bytes]()
    for filling in ("0", "85", "165"):
        path = tmp_path / f"{filling}.mp4"
        environment = os.environ | {"MALLOC_PERTURB_": filling}
        command = [sys.executable, "-c", WRITE_TEXTURE, str(path)]
        subprocess.run(command, env=environment, check=True)
        files.add(path.read_bytes())
    assert len(files) == 1


@pytest.mark.parametrize(("sample_rate", "channels"), [(16_000, 1), (24_000, 2), (44_100, 2)])
@pytest.mark.parametrize("longer", [0.0, 0.7])
def test_sound_lasts_as_long_as_the_pictures(
    path: Path, sample_rate: int, channels: int, longer: float
) -> None:
    write_mp4(moving_square(), path, fps=8, audio=tone(12 / 8 + longer, sample_rate, channels))
    heard, seconds = hear(path)
    assert heard.sample_rate == sample_rate
    assert float(seconds) == pytest.approx(12 / 8, abs=0.001)
    assert loudest_frequencies(heard) == [440, 880][:channels]
    assert len(decode(path)) == 12


def test_sound_may_end_before_the_pictures(path: Path) -> None:
    write_mp4(moving_square(), path, fps=8, audio=tone(1.0))
    assert float(hear(path)[1]) == pytest.approx(1.0, abs=0.001)
    assert len(decode(path)) == 12


def test_sound_is_heard_at_its_time(path: Path) -> None:
    samples = np.zeros((1, 24_000))
    samples[0, 12_345] = 0.9
    write_mp4(moving_square(), path, fps=8, audio=Audio(samples, 24_000))
    assert abs(np.abs(hear(path)[0].samples).argmax() - 12_345) <= 1


def test_sound_too_loud_is_cut_and_not_wrapped(path: Path) -> None:
    loud = Audio(tone(1.0).samples * 6, 24_000)
    write_mp4(moving_square(), path, fps=8, audio=loud)
    heard, _ = hear(path)
    assert loudest_frequencies(heard) == [440, 880]
    assert np.abs(heard.samples).max() < 1.5


def test_the_index_comes_before_pictures_and_sound(path: Path) -> None:
    write_mp4(moving_square(), path, fps=8, audio=tone(1.5))
    boxes = top_level_boxes(path)
    assert boxes.index("moov") < boxes.index("mdat")


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
