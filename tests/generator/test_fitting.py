"""Files that fit the upload: what is given up, in which order, how much is lost, what stays."""

import errno
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from generator import fitting
from generator.encoding import Clip, Frames, write_mp4
from generator.errors import GenerationError
from generator.fitting import write_upload
from tests.generator.clips import (
    decode,
    hear,
    loudest_frequencies,
    moving_square,
    noise,
    psnr,
    texture,
    tone,
)

SIZE = (320, 240)
FRAMES = texture(24, SIZE[1], SIZE[0])
"""Three seconds at 8 frames a second; the full file has 227 kB, 26.8 dB from the frames (grain)."""
FULL_DEVICE = Path("/dev/full")


@pytest.fixture
def full(tmp_path: Path) -> Clip:
    return write_mp4(FRAMES, tmp_path / "clip.mp4", fps=8, metadata={"prompt": "a pan"})


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    path = tmp_path_factory.mktemp("reference") / "clip.mp4"
    return decode(write_mp4(FRAMES, path, fps=8).path)


@pytest.fixture
def encodings(monkeypatch: pytest.MonkeyPatch) -> list[Clip]:
    """What was encoded after the full file."""
    made: list[Clip] = []
    encode = fitting.encode

    def counted(frames: Frames, clip: Clip, *args: Any) -> None:
        made.append(clip)
        encode(frames, clip, *args)

    monkeypatch.setattr(fitting, "encode", counted)
    return made


def names(clip: Clip) -> list[str]:
    return sorted(entry.name for entry in clip.path.parent.iterdir())


def upload_of(full: Clip, share: float, frames: Frames = FRAMES) -> Clip:
    """Make the full file fit into a share of its own bytes."""
    limit = int(full.size_bytes * share)
    upload = write_upload(frames, full, limit)
    assert upload is not None
    assert upload.size_bytes <= limit
    return upload


@pytest.mark.parametrize("spare", [0, 1, 10_000_000])
def test_a_clip_that_fits_is_left_alone(full: Clip, spare: int) -> None:
    data = full.path.read_bytes()
    assert write_upload(FRAMES, full, full.size_bytes + spare) is None
    assert names(full) == ["clip.mp4"]
    assert full.path.read_bytes() == data


# measured: 36.6, 36.4, 35.4, 33.8, 32.6, 30.7, 27.4 and 24.9 dB
@pytest.mark.parametrize(
    ("share", "decibel"),
    [(0.95, 35), (0.8, 35), (0.6, 34), (0.4, 32), (0.3, 31), (0.2, 29), (0.1, 26), (0.05, 23.5)],
)
def test_the_bitrate_comes_down_first(
    full: Clip, reference: Frames, encodings: list[Clip], share: float, decibel: float
) -> None:
    data = full.path.read_bytes()
    upload = upload_of(full, share)
    assert upload == replace(full, path=full.path.with_name("clip.upload.mp4"))
    assert upload.size_bytes > 0.75 * share * full.size_bytes, "what may be used is used"
    assert psnr(decode(upload.path), reference) > decibel
    assert len(encodings) <= 3
    assert names(full) == ["clip.mp4", "clip.upload.mp4"]
    assert full.path.read_bytes() == data


def test_then_the_size(full: Clip, reference: Frames, encodings: list[Clip]) -> None:
    upload = upload_of(full, 0.035)
    assert 160 < upload.height < full.height
    assert upload.width / upload.height == pytest.approx(SIZE[0] / SIZE[1], abs=0.02)
    assert upload.width % 2 == upload.height % 2 == 0
    assert upload.fps == full.fps
    assert decode(upload.path).shape == (24, upload.height, upload.width, 3)
    # measured: 23.8 dB at 256x192, scaled back
    assert psnr(decode(upload.path, SIZE), reference) > 22.5
    assert len(encodings) <= 4


def test_then_every_second_frame(tmp_path: Path) -> None:
    frames = noise(24, edge=200)
    full = write_mp4(frames, tmp_path / "clip.mp4", fps=8)
    upload = upload_of(full, 0.025, frames)
    assert (upload.width, upload.height, upload.fps) == (160, 160, 4)
    # measured: 13.9 dB, scaled back; flat grey would have 10.8 dB
    assert psnr(decode(upload.path, (200, 200)), decode(full.path)[::2]) > 12.5


def test_the_length_stays_and_a_small_clip_keeps_its_size(tmp_path: Path) -> None:
    full = write_mp4(noise(24), tmp_path / "clip.mp4", fps=25)
    upload = upload_of(full, 0.06, noise(24))
    assert (upload.width, upload.height) == (128, 128)
    with av.open(upload.path) as container:
        (stream,) = container.streams.video
        assert stream.frames == 12
        assert stream.average_rate == Fraction(25, 2)
        assert stream.duration is not None
        assert stream.time_base is not None
        assert stream.duration * stream.time_base == Fraction(24, 25)


def test_the_more_bytes_the_better_the_picture(full: Clip, reference: Frames) -> None:
    shares = (0.035, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
    qualities = [psnr(decode(upload_of(full, share).path, SIZE), reference) for share in shares]
    assert qualities == sorted(qualities)


@pytest.mark.parametrize("share", [0.9, 0.7, 0.5, 0.3, 0.2, 0.1])
def test_noise_is_made_to_fit(tmp_path: Path, encodings: list[Clip], share: float) -> None:
    full = write_mp4(noise(), tmp_path / "clip.mp4", fps=8)
    upload_of(full, share, noise())
    assert len(encodings) <= 4


@pytest.mark.parametrize("max_bytes", [-5_000, 0, 1, 1_000, 4_000])
def test_an_impossible_limit_is_said_and_the_full_clip_stays(full: Clip, max_bytes: int) -> None:
    data = full.path.read_bytes()
    with pytest.raises(GenerationError, match=r"does not fit into .* Ask for a") as caught:
        write_upload(FRAMES, full, max_bytes)
    assert caught.value.reason == "invalid"
    assert names(full) == ["clip.mp4"]
    assert full.path.read_bytes() == data


def test_one_frame_cannot_be_halved(tmp_path: Path) -> None:
    full = write_mp4(noise(1), tmp_path / "clip.mp4", fps=8)
    with pytest.raises(GenerationError):
        write_upload(noise(1), full, 1_000)


def test_what_the_file_says_about_itself_stays(full: Clip) -> None:
    upload = upload_of(full, 0.3)
    with av.open(full.path) as container:
        tags = container.metadata
    with av.open(upload.path) as container:
        assert container.metadata == tags


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_sound_stays_at_a_lower_bitrate(tmp_path: Path, share: float) -> None:
    full = write_mp4(FRAMES, tmp_path / "clip.mp4", fps=8, audio=tone(3.0, 48_000))
    upload = upload_of(full, share + 24_000 / full.size_bytes)  # 64 kbit/s for three seconds
    heard, seconds = hear(upload.path)
    assert heard.sample_rate == 48_000
    assert seconds == 3
    assert loudest_frequencies(heard) == [440, 880]
    assert sound_bytes(upload) < 0.7 * sound_bytes(full)


def sound_bytes(clip: Clip) -> int:
    with av.open(clip.path) as container:
        return sum(packet.size for packet in container.demux(audio=0))


def test_a_limit_below_the_words_in_the_file_cannot_be_met(tmp_path: Path) -> None:
    frames = moving_square()
    full = write_mp4(frames, tmp_path / "clip.mp4", fps=8, metadata={"prompt": "x" * 5_000})
    with pytest.raises(GenerationError):
        write_upload(frames, full, 5_000)
    assert names(full) == ["clip.mp4"]


@pytest.mark.skipif(not FULL_DEVICE.exists(), reason="there is no full device here")
def test_a_full_disk_leaves_the_full_clip_alone(full: Clip) -> None:
    data = full.path.read_bytes()
    full.path.with_name("clip.upload.mp4.part").symlink_to(FULL_DEVICE)
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its number is checked
        upload_of(full, 0.5)
    assert caught.value.errno == errno.ENOSPC
    assert names(full) == ["clip.mp4"]
    assert full.path.read_bytes() == data


def fail_at_once(frames: Frames, clip: Clip, *args: Any) -> None:
    clip.part.write_bytes(b"half a file")
    raise OSError(errno.ENOSPC, "No space left on device")


def fail_at_the_second(frames: Frames, clip: Clip, *args: Any) -> None:
    if clip.path.exists():
        fail_at_once(frames, clip)
    clip.part.write_bytes(b"a file that fits, but could be finer")


@pytest.mark.parametrize("encode", [fail_at_once, fail_at_the_second])
def test_a_failure_leaves_no_half_made_file(
    full: Clip, monkeypatch: pytest.MonkeyPatch, encode: Callable[..., None]
) -> None:
    monkeypatch.setattr(fitting, "encode", encode)
    with pytest.raises(OSError, match="No space"):
        upload_of(full, 0.5)
    assert names(full) == ["clip.mp4"]
