"""Suggestions in a process of their own: one that takes too long is ended."""

from pathlib import Path

import psutil
import pytest

from generator import GenerationError, PromptEnhancer


async def test_a_suggestion_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    (tmp_path / "config.json").touch()
    enhancer = PromptEnhancer(str(tmp_path), timeout=0.5)
    with pytest.raises(GenerationError) as caught:
        await enhancer.enhance("a red", 1000)
    assert caught.value.reason == "timed_out"
    children = psutil.Process().children()
    assert not any("enhance" in child.cmdline() for child in children)


async def test_a_folder_without_a_model_is_refused_at_once(tmp_path: Path) -> None:
    enhancer = PromptEnhancer(str(tmp_path), timeout=60)
    for attempt in (enhancer.prepare(), enhancer.enhance("a red", 1000)):
        with pytest.raises(GenerationError, match="holds no language model"):
            await attempt
