"""A finished clip made smaller later: in a process of its own, beside the full file."""

from pathlib import Path

import pytest

from generator import GenerationError, refit_clip
from generator.encoding import write_mp4
from tests.generator.clips import decode, hear, loudest_frequencies, noise, psnr, texture, tone

FRAMES = texture(16, 240, 320)


async def test_a_clip_is_made_smaller_with_its_sound_and_the_full_file_stays(
    tmp_path: Path,
) -> None:
    (folder := tmp_path / "smaller").mkdir()
    full = write_mp4(FRAMES, tmp_path / "clip.mp4", fps=8, audio=tone(2.0)).path
    before = full.read_bytes()
    limit = len(before) // 2
    upload = await refit_clip(full, folder, limit)
    smaller = Path(upload.path)
    assert smaller.parent == folder
    assert upload.size_bytes <= limit
    assert psnr(decode(smaller, (320, 240)), decode(full)) > 20
    assert loudest_frequencies(hear(smaller)[0]) == [440, 880]
    assert full.read_bytes() == before


async def test_what_fits_nowhere_and_what_is_no_clip_are_refused_in_words(tmp_path: Path) -> None:
    (folder := tmp_path / "smaller").mkdir()
    full = write_mp4(noise(2), tmp_path / "noise.mp4", fps=8).path
    with pytest.raises(GenerationError, match="does not fit"):
        await refit_clip(full, folder, 1)
    (broken := tmp_path / "broken.mp4").write_bytes(b"not a clip")
    with pytest.raises(GenerationError, match="is not a clip"):
        await refit_clip(broken, folder, 1000)
