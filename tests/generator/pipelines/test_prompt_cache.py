"""Prompts are read once, and what is made of them stays the same."""

from typing import Any

import pytest
import torch
from msgspec import structs

from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.prompt_cache import remember_prompts
from generator.pipelines.runtime import TorchRuntime
from generator.protocol import GenerationRequest
from generator.spec import ModelSpec


class Reader:
    """Has the one method of a pipeline that counts here."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def encode_prompt(self, prompt: Any, device: Any = None, prompt_embeds: Any = None) -> Any:
        self.calls.append(prompt)
        return torch.ones(2), None, [torch.zeros(1)]


@pytest.fixture
def reader() -> Any:
    return Reader()


def test_the_same_arguments_are_read_once_however_they_are_passed(reader: Any) -> None:
    remember_prompts(reader)
    first = reader.encode_prompt("a", torch.device("cpu"))
    again = reader.encode_prompt(prompt="a", device=torch.device("cpu"))
    assert reader.calls == ["a"]
    assert torch.equal(first[0], again[0])
    assert again[1] is None
    reader.encode_prompt(["a"], torch.device("cpu"))
    reader.encode_prompt("a")
    assert len(reader.calls) == 3


def test_what_a_pipeline_changes_in_place_is_its_own(reader: Any) -> None:
    remember_prompts(reader)
    reader.encode_prompt("a")[0].zero_()
    reader.encode_prompt("a")[2][0].add_(1)
    assert torch.equal(reader.encode_prompt("a")[0], torch.ones(2))
    assert torch.equal(reader.encode_prompt("a")[2][0], torch.zeros(1))


def test_calls_with_tensors_are_not_kept(reader: Any) -> None:
    remember_prompts(reader)
    for _ in range(2):
        reader.encode_prompt(None, prompt_embeds=torch.ones(1))
    assert len(reader.calls) == 2


def test_the_prompt_unused_for_longest_is_forgotten(reader: Any) -> None:
    remember_prompts(reader, room=2 * (torch.ones(2).nbytes + torch.zeros(1).nbytes))
    for prompt in "abacab":
        reader.encode_prompt(prompt)
    assert reader.calls == ["a", "b", "c", "b"]


def test_the_last_prompt_is_kept_whatever_it_takes(reader: Any) -> None:
    remember_prompts(reader, room=1)
    for prompt in "aab":
        reader.encode_prompt(prompt)
    assert reader.calls == ["a", "b"]


def test_a_pipeline_without_the_method_is_left_alone() -> None:
    remember_prompts(object())


def test_a_variation_does_not_touch_the_text_encoder(
    runtime: TorchRuntime, spec: ModelSpec, pipeline: DiffusersPipeline
) -> None:
    fresh = runtime.load(spec)
    calls: list[object] = []
    encoder = fresh._pipeline.text_encoder  # pyright: ignore[reportPrivateUsage]
    encoder.register_forward_hook(lambda *_: calls.append(1))

    def frames(request: GenerationRequest) -> Any:
        return fresh.run(request, lambda *_: None).frames

    request = spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    first = frames(request)
    read = len(calls)
    assert read > 0
    assert (frames(request) == first).all()
    other = frames(structs.replace(request, seed=8, num_inference_steps=2))
    assert len(calls) == read
    assert (other != first).any()
    assert (pipeline.run(request, lambda *_: None).frames == first).all()
    frames(structs.replace(request, prompt="a blue square"))
    assert len(calls) > read
