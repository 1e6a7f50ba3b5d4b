"""Running a request on a diffusers pipeline, whatever its class."""

import inspect
import itertools
from typing import Any

import torch
from PIL import Image

from generator.encoding import Audio, Frames, Rendering
from generator.errors import DeviceLostError
from generator.failures import out_of_memory
from generator.pipelines.additions import OptionalLoras
from generator.pipelines.device import Device, is_lost, is_out_of_memory
from generator.pipelines.holding import hold
from generator.pipelines.loader import loaded_revision, sibling
from generator.pipelines.noise import noise_of
from generator.pipelines.pictures import first_frames
from generator.pipelines.preview import watch
from generator.pipelines.steps import Steps, reporting_scheduler
from generator.pipelines.upscaling import thrifty_decoder, upscaling_arguments
from generator.protocol import GenerationRequest
from generator.runtime import OnProgress
from generator.snapshots import OnSnapshot
from generator.spec import ModelSpec


class DiffusersPipeline:
    """A loaded model. Whatever `on_progress` raises stops the run at that step."""

    def __init__(self, spec: ModelSpec, device: Device, pipeline: Any) -> None:
        self._spec = spec
        self._device = device
        self._pipeline = pipeline
        self._loras = OptionalLoras(pipeline, spec)
        self._siblings: dict[str, Any] = {}
        self.revision = loaded_revision(spec)
        """The commit of the repository that was loaded; None for a folder."""
        self.weight_bytes = _weight_bytes(self._pipeline)

    def run(
        self,
        request: GenerationRequest,
        on_progress: OnProgress,
        on_snapshot: OnSnapshot | None = None,
    ) -> Rendering:
        """Return the clip's frames and sound; the same request gives the same."""
        pipeline = self._pipeline_for(request)
        try:
            try:
                with noise_of(request) as generator, thrifty_decoder(pipeline, request):
                    return self._run(pipeline, request, generator, on_progress, on_snapshot)
            finally:
                # the pipeline does it only where its call ends well; caches would leak into the
                # next; a device that is lost lets no offloaded part go, and is lost here again
                pipeline.maybe_free_model_hooks()
        except (RuntimeError, MemoryError) as error:
            raise _in_plain_words(error, request, self._spec, self._device) from error

    def _run(
        self,
        pipeline: Any,
        request: GenerationRequest,
        generator: torch.Generator,
        on_progress: OnProgress,
        on_snapshot: OnSnapshot | None,
    ) -> Rendering:
        taken = inspect.signature(pipeline.__call__).parameters.keys()
        arguments = self._arguments(request)
        if request.upscales is not None:
            arguments |= upscaling_arguments(request, self._spec)
            arguments = {name: value for name, value in arguments.items() if name in taken}
        on_progress("encoding_prompt", 0, 0)
        self._loras.lay(request.lora)
        for_call, for_scheduler = self._fixed_steps(pipeline)
        pipeline.scheduler = reporting_scheduler(
            pipeline.scheduler,
            on_progress,
            generator,
            total_steps=self._spec.total_steps(request),
            steps=for_scheduler,
        )
        if count := self._spec.held_frames:
            hold(pipeline, first_frames(request, count))
        if on_snapshot is not None:
            watch(pipeline, self._spec, request, on_snapshot)
        if "guider" in pipeline.components:  # holds the guidance, and a state of its own
            pipeline.guider = pipeline.guider.new(guidance_scale=request.guidance_scale)
        result = pipeline(generator=generator, output_type="pt", **arguments, **for_call)
        # some classes make whole chunks
        frames = _to_uint8(result.frames[0][: request.num_frames])
        return Rendering(frames, _audio(pipeline, result) if self._spec.audio else None)

    def _pipeline_for(self, request: GenerationRequest) -> Any:
        """Return the pipeline for words, or the one that begins with a picture or a clip."""
        other = self._spec.image_to_video if request.begins_with_picture else None
        if request.upscales is not None:
            other = self._spec.upscale
        if other is None or self._spec.held_frames:
            return self._pipeline
        if other.class_name not in self._siblings:
            self._siblings[other.class_name] = sibling(self._pipeline, other.class_name)
        return self._siblings[other.class_name]

    def _arguments(self, request: GenerationRequest) -> dict[str, Any]:
        """Return what the request and the entry say, by the call's names for it."""
        spec = self._spec
        arguments: dict[str, Any] = {
            "prompt": request.prompt + spec.prompt_suffix + self._lora_words(request),
            **{name: getattr(request, field) for field, name in spec.call_names.items()},
            **spec.call_args,
        }
        if spec.negative_prompt:
            arguments["negative_prompt"] = request.negative_prompt
        if not spec.held_frames and (frames := first_frames(request)) is not None:
            arguments["image"] = Image.fromarray(frames[0])
        return arguments

    def _lora_words(self, request: GenerationRequest) -> str:
        lora = None if request.lora is None else self._spec.optional_loras.get(request.lora)
        return "" if lora is None else lora.prompt_suffix

    def _fixed_steps(self, pipeline: Any) -> tuple[Steps, Steps]:
        """Return a distilled model's own steps as arguments: for the call, or for the scheduler."""
        given = {"timesteps": self._spec.timesteps, "sigmas": self._spec.sigmas}
        steps = {name: list(values) for name, values in given.items() if values}
        taken = inspect.signature(pipeline.__call__).parameters.keys()
        return (steps, {}) if steps.keys() <= taken else ({}, steps)


def _to_uint8(frames: torch.Tensor) -> Frames:
    """Convert (F, C, H, W) in 0 .. 1 on the device, so that a quarter of the bytes is copied."""
    pixels = frames.permute(0, 2, 3, 1).mul(255).round_().clamp_(0, 255).to(torch.uint8)
    return pixels.contiguous().cpu().numpy()


def _weight_bytes(pipeline: Any) -> int:
    modules = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    return sum(
        tensor.nbytes
        for module in modules
        for tensor in itertools.chain(module.parameters(), module.buffers())
    )


def _audio(pipeline: Any, result: Any) -> Audio:
    samples = result.audio[0].float().cpu().numpy()
    return Audio(samples, pipeline.vocoder.config.output_sampling_rate)


def _in_plain_words(
    error: Exception, request: GenerationRequest, spec: ModelSpec, device: Device
) -> Exception:
    if is_out_of_memory(error):
        return out_of_memory(request, spec, device.name)
    if is_lost(error):
        return DeviceLostError(str(error))
    return error
