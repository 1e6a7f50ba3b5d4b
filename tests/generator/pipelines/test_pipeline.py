"""Running a request on a real diffusers pipeline: the class and the loading of ModelScope's."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec import structs

from generator.encoding import Frames
from generator.errors import DeviceLostError, GenerationCancelledError, GenerationError
from generator.pipelines.pipeline import DiffusersPipeline
from generator.pipelines.runtime import TorchRuntime
from generator.presets import Preset
from generator.protocol import GenerationRequest
from generator.spec import ModelSpec

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Report = tuple[str, int, int]


def never_mind(*_: object) -> None:
    pass


def frames_of(pipeline: DiffusersPipeline, request: GenerationRequest) -> Frames:
    return pipeline.run(request, never_mind).frames


def stop_at(step: int) -> Callable[[str, int, int], None]:
    def on_progress(stage: str, done: int, total: int) -> None:
        if stage == "denoising" and done == step:
            raise GenerationCancelledError(done, total)

    return on_progress


@pytest.fixture
def request_(spec: ModelSpec) -> GenerationRequest:
    return spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")


@pytest.fixture
def fresh(runtime: TorchRuntime, spec: ModelSpec) -> DiffusersPipeline:
    """A pipeline that may be broken."""
    return runtime.load(spec)


def counted(pipeline: DiffusersPipeline, part: str, method: str) -> list[object]:
    """Return a list that grows with each call of a part's method."""
    calls: list[object] = []
    component = getattr(pipeline._pipeline, part)  # pyright: ignore[reportPrivateUsage]
    original = getattr(component, method)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return original(*args, **kwargs)

    setattr(component, method, wrapper)
    return calls


def breaking(error: Exception) -> Callable[..., None]:
    def forward(*_: object, **__: object) -> None:
        raise error

    return forward


def test_frames_are_bytes_of_the_size_that_was_asked(
    pipeline: DiffusersPipeline, request_: GenerationRequest
) -> None:
    frames = frames_of(pipeline, structs.replace(request_, width=48))
    assert frames.shape == (4, 32, 48, 3)
    assert frames.dtype == np.uint8
    assert frames.flags.c_contiguous


def test_the_same_seed_gives_the_same_frames(
    pipeline: DiffusersPipeline, fresh: DiffusersPipeline, request_: GenerationRequest
) -> None:
    frames = frames_of(pipeline, request_)
    assert (frames_of(pipeline, request_) == frames).all()
    assert (frames_of(fresh, request_) == frames).all()
    other = structs.replace(request_, seed=8)
    assert (frames_of(pipeline, other) != frames).any()


@pytest.mark.parametrize(
    "change",
    [{"prompt": "a blue square"}, {"negative_prompt": "blue"}, {"guidance_scale": 2.0}],
    ids=lambda change: next(iter(change)),
)
def test_what_is_asked_matters(
    pipeline: DiffusersPipeline, request_: GenerationRequest, change: dict[str, Any]
) -> None:
    frames = frames_of(pipeline, request_)
    assert (frames_of(pipeline, structs.replace(request_, **change)) != frames).any()


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_every_step_is_reported(
    pipeline: DiffusersPipeline, request_: GenerationRequest, steps: int
) -> None:
    reports: list[Report] = []
    pipeline.run(
        structs.replace(request_, num_inference_steps=steps), lambda *report: reports.append(report)
    )
    assert reports == [
        ("encoding_prompt", 0, 0),
        *(("denoising", step, steps) for step in range(steps + 1)),
        ("decoding", 0, 0),
    ]


def test_a_distilled_models_own_steps_replace_the_schedulers(
    runtime: TorchRuntime, spec: ModelSpec
) -> None:
    distilled = replace(
        spec,
        timesteps=(900.0, 500.0, 100.0),
        min_steps=3,
        max_steps=3,
        defaults=replace(spec.defaults, num_inference_steps=3),
        draft=Preset(),
        best=Preset(),
    )
    pipeline = runtime.load(distilled)
    request = distilled.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    frames = frames_of(pipeline, request)
    bare = pipeline._pipeline  # pyright: ignore[reportPrivateUsage]
    assert bare.scheduler.timesteps.tolist() == [900, 500, 100]
    assert (frames_of(pipeline, request) == frames).all()


def test_frames_equal_the_bare_pipeline_call_within_rounding(
    pipeline: DiffusersPipeline, request_: GenerationRequest
) -> None:
    bare = pipeline._pipeline  # pyright: ignore[reportPrivateUsage]
    result: Sequence[Frames] = bare(
        request_.prompt,
        negative_prompt="",
        width=32,
        height=32,
        num_frames=4,
        num_inference_steps=4,
        guidance_scale=9.0,
        generator=torch.Generator().manual_seed(7),
        output_type="np",
    ).frames
    frames = frames_of(pipeline, request_)
    assert np.abs(frames / 255 - result[0]).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("step", [0, 1, 3, 4])
def test_a_run_stops_at_any_step_without_decoding_and_leaves_nothing_behind(
    fresh: DiffusersPipeline,
    pipeline: DiffusersPipeline,
    request_: GenerationRequest,
    step: int,
) -> None:
    decodes = counted(fresh, "vae", "decode")
    forwards = counted(fresh, "unet", "forward")
    with pytest.raises(GenerationCancelledError) as caught:
        fresh.run(request_, stop_at(step))
    assert (caught.value.step, caught.value.total_steps) == (step, 4)
    assert len(forwards) == step
    assert decodes == []
    other = structs.replace(request_, num_inference_steps=3, width=16, seed=9)
    assert (frames_of(fresh, other) == frames_of(pipeline, other)).all()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
        MemoryError(),
    ],
    ids=["cuda", "cpu", "mps", "cublas", "cudnn", "python"],
)
def test_too_little_memory_is_said_and_the_next_clip_works(
    fresh: DiffusersPipeline, request_: GenerationRequest, error: Exception
) -> None:
    unet = fresh._pipeline.unet  # pyright: ignore[reportPrivateUsage]
    forward, unet.forward = unet.forward, breaking(error)
    with pytest.raises(GenerationError, match=r"Ask for a size of 24×24\.") as caught:
        frames_of(fresh, request_)
    assert caught.value.reason == "out_of_memory"
    unet.forward = forward
    assert frames_of(fresh, request_).shape == (4, 32, 32, 3)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("CUDA error: an illegal memory access was encountered"), DeviceLostError),
        (RuntimeError("shapes cannot be multiplied"), RuntimeError),
        (ValueError("prompt"), ValueError),
    ],
)
def test_other_errors_keep_their_kind(
    fresh: DiffusersPipeline,
    request_: GenerationRequest,
    error: Exception,
    expected: type[Exception],
) -> None:
    fresh._pipeline.unet.forward = breaking(error)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(expected):
        frames_of(fresh, request_)


@pytest.mark.parametrize("first", [None, GenerationCancelledError(1, 4)], ids=["end", "cancel"])
def test_a_device_that_is_lost_while_parts_leave_it_is_said_to_be(
    fresh: DiffusersPipeline, request_: GenerationRequest, first: Exception | None
) -> None:
    lost = RuntimeError("CUDA error: unspecified launch failure")
    fresh._pipeline.maybe_free_model_hooks = breaking(lost)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(DeviceLostError, match="unspecified"):
        fresh.run(request_, never_mind if first is None else stop_at(1))


def test_a_prompt_longer_than_the_encoder_reads_is_cut(
    pipeline: DiffusersPipeline, request_: GenerationRequest
) -> None:
    long = structs.replace(request_, prompt="a red circle " * 500)
    assert frames_of(pipeline, long).shape == (4, 32, 32, 3)


def test_nothing_is_written_beside_the_frames(
    pipeline: DiffusersPipeline,
    request_: GenerationRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    frames_of(pipeline, request_)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
