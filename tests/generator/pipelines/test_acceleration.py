"""Levers on a real, tiny Wan transformer: what they change, and what is left when they break."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportPrivateUsage=false

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
import torch
from accelerate import cpu_offload_with_hook
from diffusers import (
    AutoencoderKL,
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanPipeline,
    WanTransformer3DModel,
)
from diffusers.models.attention_dispatch import AttentionBackendName, _AttentionBackendRegistry
from torch.nn.attention import SDPBackend, _cur_sdpa_kernel_backends

from generator.models import load_catalogue
from generator.pipelines.acceleration import accelerate
from generator.pipelines.device import Device
from generator.pipelines.loader import load
from generator.sources import AttentionBackend
from generator.spec import ModelSpec

CPU = Device("cpu", "test", 1)
CUDA = Device("cuda", "test", 1)
WAN = load_catalogue()["wan-1b"]


@pytest.fixture
def pipeline() -> WanPipeline:
    torch.manual_seed(0)
    transformer = WanTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=4,
        out_channels=4,
        text_dim=16,
        freq_dim=32,
        ffn_dim=32,
        num_layers=3,
    )
    vae = AutoencoderKLWan(
        base_dim=4, z_dim=4, num_res_blocks=1, latents_mean=[0.0] * 4, latents_std=[1.0] * 4
    )
    return WanPipeline(
        tokenizer=None,
        text_encoder=None,
        vae=vae,
        transformer=transformer.eval(),
        scheduler=UniPCMultistepScheduler(),
    )


@torch.no_grad()
def forward(pipeline: WanPipeline, frames: int = 2) -> torch.Tensor:
    """One step's forward, as the pipeline makes it."""
    transformer: Any = pipeline.transformer
    generator = torch.Generator().manual_seed(0)
    with transformer.cache_context("cond"):
        return transformer(
            hidden_states=torch.randn(1, 4, frames, 8, 8, generator=generator),
            timestep=torch.tensor([500]),
            encoder_hidden_states=torch.randn(1, 5, 16, generator=generator),
            return_dict=False,
        )[0]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno == logging.WARNING and record.name.startswith("generator")
    ]


def counted(module: torch.nn.Module) -> list[object]:
    calls: list[object] = []
    module.register_forward_hook(lambda *_: calls.append(None))
    return calls


def test_without_levers_nothing_changes(
    pipeline: WanPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    plain = forward(pipeline)
    accelerate(pipeline, WAN, CPU)
    assert torch.equal(forward(pipeline), plain)
    assert warnings(caplog) == []


def test_an_attention_backend_serves_this_model_and_no_other(pipeline: WanPipeline) -> None:
    plain = forward(pipeline)
    before = _AttentionBackendRegistry._active_backend
    accelerate(pipeline, replace(WAN, attention="flex"), CPU)
    backends = {
        module.processor._attention_backend
        for module in pipeline.transformer.modules()
        if hasattr(module, "processor")
    }
    assert backends == {AttentionBackendName.FLEX}
    assert _AttentionBackendRegistry._active_backend == before
    accelerate(pipeline, replace(WAN, attention="native"), CPU)
    assert torch.equal(forward(pipeline), plain)


def test_a_backend_that_is_not_installed_is_left_out(
    pipeline: WanPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    plain = forward(pipeline)
    accelerate(pipeline, replace(WAN, attention="_flash_3"), CPU)
    assert torch.equal(forward(pipeline), plain)
    (warning,) = warnings(caplog)
    assert "runs without the attention backend '_flash_3': Flash Attention 3" in warning


def test_a_backend_that_cannot_serve_the_model_is_undone_at_the_first_step(
    pipeline: WanPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    plain = forward(pipeline)
    # there is no cuDNN without a GPU, which only the first forward finds out
    accelerate(pipeline, replace(WAN, attention="_native_cudnn"), CPU)
    assert torch.equal(forward(pipeline), plain)
    assert torch.equal(forward(pipeline), plain)
    (warning,) = warnings(caplog)
    assert "without the attention backend '_native_cudnn' from now on" in warning


def test_the_cache_skips_all_blocks_but_the_first(pipeline: WanPipeline) -> None:
    accelerate(pipeline, replace(WAN, first_block_cache=0.1), CPU)
    calls = counted(pipeline.transformer.blocks[1].ffn)
    first = forward(pipeline)
    assert torch.allclose(forward(pipeline), first, atol=1e-5)
    assert len(calls) == 1
    pipeline.maybe_free_model_hooks()
    forward(pipeline)
    assert len(calls) == 2, "the next clip starts without what the cache held"


def test_a_model_without_a_cache_runs_without(
    spec: ModelSpec, caplog: pytest.LogCaptureFixture
) -> None:
    loaded = load(replace(spec, first_block_cache=0.1, compile=True), CPU)
    assert "forward" in vars(loaded.unet)
    cache, blocks = warnings(caplog)
    assert cache.startswith("Tiny runs without the first block cache: ")
    assert blocks.startswith("Tiny runs without compiled blocks: `_repeated_blocks`")


def test_a_cache_the_pipeline_does_not_help_is_undone(
    pipeline: WanPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    accelerate(pipeline, replace(WAN, first_block_cache=0.1), CPU)
    transformer: Any = pipeline.transformer
    inputs: dict[str, Any] = {
        "hidden_states": torch.randn(1, 4, 2, 8, 8),
        "timestep": torch.tensor([500]),
        "encoder_hidden_states": torch.randn(1, 5, 16),
    }
    with torch.no_grad():
        transformer(**inputs)  # outside of any cache context
    assert not transformer.is_cache_enabled
    (warning,) = warnings(caplog)
    assert "without the first block cache from now on: No cache context is set" in warning


@pytest.fixture
def no_inductor(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compile with torch's own eager backend, which needs no compiler of this machine."""
    compile_module = torch.nn.Module.compile

    def with_eager(self: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
        compile_module(self, *args, **kwargs, backend="eager")

    monkeypatch.setattr(torch.nn.Module, "compile", with_eager)
    yield
    torch._dynamo.reset()


@pytest.mark.usefixtures("no_inductor")
def test_blocks_are_compiled_for_every_length(
    pipeline: WanPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    plain = [forward(pipeline, frames) for frames in (2, 3)]
    accelerate(pipeline, replace(WAN, compile=True), CPU)
    blocks: Any = pipeline.transformer.blocks
    assert all(block._compiled_call_impl is not None for block in blocks)
    for frames, expected in zip((2, 3), plain, strict=True):
        assert torch.allclose(forward(pipeline, frames), expected, atol=1e-5)
    assert warnings(caplog) == []


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method`:DeprecationWarning")
def test_without_a_compiler_the_blocks_run_as_they_are(
    pipeline: WanPipeline, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plain = forward(pipeline)
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", ("no-such-compiler",))
    monkeypatch.setattr("torch._inductor.config.force_disable_caches", True)
    accelerate(pipeline, replace(WAN, compile=True), CPU)
    assert torch.equal(forward(pipeline), plain)
    assert "without compiled blocks from now on: " in warnings(caplog)[0]
    torch._dynamo.reset()


def test_too_little_memory_is_no_reason_to_go_slow(pipeline: WanPipeline) -> None:
    transformer: Any = pipeline.transformer

    def too_large(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    whole, transformer.forward = transformer.forward, too_large
    accelerate(pipeline, replace(WAN, first_block_cache=0.1), CPU)
    with pytest.raises(torch.OutOfMemoryError):
        forward(pipeline)
    assert transformer.is_cache_enabled
    transformer.forward = whole


def test_the_guard_outlives_the_hooks_of_offloading(
    pipeline: WanPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    accelerate(pipeline, replace(WAN, attention="_native_cudnn"), CPU)
    for _ in range(2):  # put on anew after each clip
        _, hook = cpu_offload_with_hook(pipeline.transformer, execution_device="cpu")
        hook.remove()
    forward(pipeline)
    assert len(warnings(caplog)) == 1


@pytest.fixture
def hopper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A GPU that is only asked for its generation."""
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda: (9, 0))
    before = torch.get_float32_matmul_precision()
    yield
    torch.set_float32_matmul_precision(before)


@pytest.mark.usefixtures("hopper")
def test_hopper_prefers_cudnn_and_keeps_the_rest(pipeline: WanPipeline) -> None:
    plain = forward(pipeline)
    accelerate(pipeline, WAN, CUDA)
    orders: list[list[SDPBackend]] = []
    pipeline.transformer.blocks[0].register_forward_hook(
        lambda *_: orders.append(_cur_sdpa_kernel_backends(with_priority=True))
    )
    before = _cur_sdpa_kernel_backends(with_priority=True)
    assert torch.allclose(forward(pipeline), plain, atol=1e-5)
    assert orders[0][0] == SDPBackend.CUDNN_ATTENTION
    assert set(orders[0]) >= {SDPBackend.FLASH_ATTENTION, SDPBackend.MATH}
    assert _cur_sdpa_kernel_backends(with_priority=True) == before


@pytest.mark.usefixtures("hopper")
def test_an_attention_that_cudnn_cannot_do_is_left_to_the_rest(
    pipeline: WanPipeline, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plain = forward(pipeline)
    transformer: Any = pipeline.transformer
    whole = transformer.forward

    def without_cudnn(*args: object, **kwargs: object) -> object:
        if _cur_sdpa_kernel_backends(with_priority=True)[0] == SDPBackend.CUDNN_ATTENTION:
            raise RuntimeError("cuDNN Frontend error: No valid execution plans built.")
        return whole(*args, **kwargs)

    monkeypatch.setattr(transformer, "forward", without_cudnn)
    accelerate(pipeline, WAN, CUDA)
    for _ in range(2):
        assert torch.equal(forward(pipeline), plain)
    (warning,) = warnings(caplog)
    assert "runs without cuDNN's attention from now on: cuDNN Frontend error" in warning


@pytest.mark.usefixtures("hopper")
def test_on_a_gpu_convolutions_lie_channels_last(pipeline: WanPipeline, spec: ModelSpec) -> None:
    latents = torch.randn(1, 4, 2, 4, 4)
    with torch.no_grad():
        plain: Any = pipeline.vae.decode(latents).sample
        accelerate(pipeline, WAN, CUDA)
        assert torch.allclose(pipeline.vae.decode(latents).sample, plain, atol=1e-4)
    assert pipeline.vae.decoder.conv_in.weight.is_contiguous(memory_format=torch.channels_last_3d)
    loaded = load(spec, CPU)
    accelerate(loaded, spec, CUDA)
    vae: AutoencoderKL = loaded.vae
    assert vae.decoder.conv_in.weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.get_float32_matmul_precision() == "high"


def test_the_backends_are_those_of_diffusers() -> None:
    assert set(get_args(AttentionBackend)) <= {name.value for name in AttentionBackendName}


def test_a_decoder_in_bfloat16_draws_the_same_pictures() -> None:
    builtin = load_catalogue()["builtin"]
    latents = torch.randn(2, 29, 9, 9, generator=torch.Generator().manual_seed(1))
    exact = load(replace(builtin, part_dtypes={}), CPU).vae
    faster = load(builtin, CPU).vae
    with torch.inference_mode():
        difference = exact.decode(latents).sample - faster.decode(latents).sample.float()
    assert faster.dtype == torch.float32
    assert difference.square().mean().sqrt() < 0.02  # of -1 .. 1
