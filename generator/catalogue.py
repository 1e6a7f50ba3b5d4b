"""What a model is to the rest of the program: where it lies, what it can do, and its rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from msgspec import structs

from generator.errors import GenerationError, UnknownModelError
from generator.protocol import GenerationRequest
from generator.rules import FrameRule, SizeRule

SEEDS = 2**32
"""Seeds are 0 .. SEEDS - 1."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The numbers of a clip that a person may change."""

    width: int
    height: int
    num_frames: int
    fps: int
    num_inference_steps: int
    guidance_scale: float


@dataclass(frozen=True)
class SchedulerSpec:
    """A diffusers scheduler that replaces the model's own, and the settings it changes."""

    class_name: str
    overrides: Mapping[str, object] = field(default_factory=dict[str, object])


def _no_note(_prompt: str) -> str | None:
    return None


def _well_formed(text: str) -> str:
    """Replace halves of surrogate pairs, which no encoding can write."""
    return text.encode(errors="replace").decode()


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A catalogue entry: one model, everything the loader, the engine and the bot know of it."""

    name: str
    title: str
    description: str
    """One line for whoever chooses."""

    source: str
    """A folder of this machine or a repository of the Hugging Face Hub."""
    revision: str | None = None
    variant: str | None = None
    """Which files of a repository that offers several, such as "fp16"."""
    pipeline_class: str
    scheduler: SchedulerSpec | None = None
    call_args: Mapping[str, object] = field(default_factory=dict[str, object])
    """Extra arguments of the pipeline's call."""
    frames_argument: str = "num_frames"
    """What the pipeline's call names the number of frames."""
    offload: bool = False
    """Keep each part in main memory until its turn on the GPU."""

    licence: str
    licence_note: str = ""
    """What the licence forbids."""
    gpu_memory: int = 0
    """Bytes a GPU should have; 0 for a model that is at home on a CPU."""
    memory_note: str = ""

    defaults: Settings
    sizes: SizeRule
    frames: FrameRule
    min_steps: int = 1
    max_steps: int = 100
    max_guidance_scale: float = 20.0
    max_fps: int = 60
    negative_prompt: bool = True
    small_world: bool = False
    """Knows a few words only; `note_for` says which."""
    min_display_size: int = 0
    """Clips are enlarged by a whole number until their shorter edge has this many pixels."""
    prompt_note: Callable[[str], str | None] = _no_note

    @property
    def is_folder(self) -> bool:
        """Whether `source` is a folder of this machine."""
        return Path(self.source).is_absolute() or self.source.startswith((".", "~"))

    @property
    def model_card(self) -> Path | str:
        """Where the model is described: a file of this machine, or a page of the Hub."""
        if self.is_folder:
            return Path(self.source).expanduser() / "README.md"
        return f"https://huggingface.co/{self.source}"

    def fit_size(self, width: int, height: int) -> tuple[int, int]:
        """Return the nearest size in pixels this model can make."""
        return self.sizes.fit(width, height)

    def fit_frames(self, num_frames: int) -> int:
        """Return the nearest number of frames this model can make."""
        return self.frames.fit(num_frames)

    def frames_for(self, seconds: float, fps: int | None = None) -> int:
        """Return the number of frames that comes nearest to a length."""
        return self.fit_frames(round(seconds * (fps or self.defaults.fps)))

    def display_scale(self, width: int, height: int) -> int:
        """Return how many times a clip of this size is enlarged when it is written."""
        return max(1, ceil(self.min_display_size / min(width, height)))

    def note_for(self, prompt: str) -> str | None:
        """Return a remark on what this model will make of the prompt, if there is one to make."""
        return self.prompt_note(prompt)

    def request(
        self,
        *,
        id: str,  # noqa: A002 - the protocol's name for it
        prompt: str,
        seed: int,
        output_path: str,
        negative_prompt: str = "",
        width: int | None = None,
        height: int | None = None,
        num_frames: int | None = None,
        fps: int | None = None,
        num_inference_steps: int | None = None,
        guidance_scale: float | None = None,
        max_bytes: int | None = None,
    ) -> GenerationRequest:
        """Return a request this model accepts: defaults for None, the nearest legal number else."""
        defaults = self.defaults
        width, height = self.fit_size(width or defaults.width, height or defaults.height)
        steps = num_inference_steps or defaults.num_inference_steps
        guidance = defaults.guidance_scale if guidance_scale is None else guidance_scale
        return GenerationRequest(
            id=id,
            model=self.name,
            prompt=_well_formed(prompt),
            negative_prompt=_well_formed(negative_prompt) if self.negative_prompt else "",
            width=width,
            height=height,
            num_frames=self.fit_frames(num_frames or defaults.num_frames),
            fps=min(self.max_fps, max(1, fps or defaults.fps)),
            num_inference_steps=min(self.max_steps, max(self.min_steps, steps)),
            # in this order, so that nan becomes 1.0
            guidance_scale=min(self.max_guidance_scale, max(1.0, guidance)),
            seed=seed % SEEDS,
            output_path=output_path,
            max_bytes=max_bytes,
        )

    def check(self, request: GenerationRequest) -> None:
        """Raise `GenerationError("invalid")` unless the request keeps this model's rules."""
        asked = structs.asdict(request)
        legal = self.request(**{name: asked[name] for name in asked if name != "model"})
        for name, value in asked.items():
            nearest = getattr(legal, name)
            if value != nearest:
                raise GenerationError(
                    "invalid", f"{self.title} cannot use {name} {value!r}; try {nearest!r}."
                )


class Catalogue:
    """The models by name, in order; immutable."""

    def __init__(self, specs: Iterable[ModelSpec]) -> None:
        self._specs: dict[str, ModelSpec] = {}
        for spec in specs:
            if spec.name in self._specs:
                raise ValueError(f"two models are named {spec.name!r}")
            self._specs[spec.name] = spec

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in catalogue order."""
        return tuple(self._specs)

    def __getitem__(self, name: str) -> ModelSpec:
        try:
            return self._specs[name]
        except KeyError:
            available = ", ".join(self._specs)
            raise UnknownModelError(
                f"There is no model {name!r}. Available: {available}."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._specs

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)

    def default_for(self, device: str, memory_bytes: int) -> ModelSpec:
        """Return the most demanding model a device has memory for; off CUDA the least demanding."""
        memory = memory_bytes if device == "cuda" else 0
        fitting = [spec for spec in self if spec.gpu_memory <= memory]
        return max(fitting, key=lambda spec: spec.gpu_memory, default=next(iter(self)))
