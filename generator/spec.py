"""What a model is to the rest of the program: where it lies, what it can do, and its rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

from generator import small_world
from generator.checks import check
from generator.contradictions import contradictions
from generator.memory import NO_GPU, Memory
from generator.presets import Preset, PresetName, Settings
from generator.protocol import GenerationRequest
from generator.rules import Chunks, FieldError, FrameRule, SizeRule
from generator.sources import (
    AttentionBackend,
    DType,
    Lora,
    Part,
    SchedulerSpec,
    Sibling,
    Upscaler,
    is_local,
)

SEEDS = 2**32
"""Seeds are 0 .. SEEDS - 1."""

_UNCHANGED = Preset()
_CALL_NUMBERS = ("width", "height", "num_frames", "num_inference_steps", "guidance_scale")


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A catalogue entry: one model, everything the loader, the engine and the bot know of it.

    Raises `FieldError` for numbers that contradict each other. In a model file, the fields are the
    keys of the entry's table.
    """

    name: str
    title: str
    description: str
    """One line for whoever chooses."""

    source: str
    """A folder of this machine or a repository of the Hugging Face Hub."""
    revision: str | None = None
    """A commit, tag or branch of the repository; None is its main branch."""
    variant: str | None = None
    """Which files of a repository that offers several, such as "fp16"."""
    gated: bool = False
    """Its terms have to be accepted on the Hub, and HF_TOKEN set."""
    pipeline_class: str
    scheduler: SchedulerSpec | None = None
    dtype: DType = "bfloat16"
    """Of the parts on a GPU."""
    part_dtypes: Mapping[str, DType] = field(default_factory=dict[str, DType])
    """Parts whose number format differs, such as a VAE. A VAE of "bfloat16" decodes in it on CPUs
    that have instructions for it, too; all else is float32 there."""
    parts: Mapping[str, Part] = field(default_factory=dict[str, Part])
    """Parts that come from elsewhere, by the name the pipeline has for them."""
    loras: tuple[Lora, ...] = ()
    vae_tiling: bool = False
    """Decode in tiles, which takes less memory."""
    attention: AttentionBackend | None = None
    """How the denoiser computes attention; None is torch's own choice for the device. One that is
    not installed, or that cannot serve the model, is left out with a warning, as the next two."""
    compile: bool = False
    """Compile the denoiser's repeated blocks: quicker steps, a first clip that takes minutes."""
    first_block_cache: float | None = None
    """Skip a step's other blocks where the first one's result changed less than this share since
    they last ran, 0.05 .. 0.1 for instance: quicker, and not quite the same pictures."""

    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the pipeline's call names a number of the request, where that is not the same word:
    {num_frames = "frames"}. Of a call that does not take it, the name is ""; it takes no fps unless
    they are named here."""
    call_args: Mapping[str, object] = field(default_factory=dict[str, object])
    """Extra arguments of the pipeline's call."""
    timesteps: tuple[float, ...] = ()
    """The steps of a distilled model, which fix their number; for call or scheduler."""
    sigmas: tuple[float, ...] = ()
    """The same as noise levels; one of the two at most."""
    chunks: Chunks | None = None
    """For a class that makes a clip in chunks."""
    prompt_suffix: str = ""
    """Ends every prompt, such as the words that wake a LoRA."""

    licence: str
    licence_note: str = ""
    """What the licence forbids or asks for, and whether it has yet to be checked."""
    memory: Memory = NO_GPU
    automatic: bool = False
    """May be chosen where nobody names a model: its licence is known and open to everybody, and it
    is quick enough."""

    defaults: Settings
    draft: Preset = _UNCHANGED
    best: Preset = _UNCHANGED
    sizes: SizeRule
    frames: FrameRule
    min_steps: int = 1
    max_steps: int = 100
    max_guidance_scale: float = 20.0
    max_fps: int = 60
    negative_prompt: bool = True
    audio: bool = False
    lora: bool = False
    """Whether LoRAs can be laid over it."""
    optional_loras: Mapping[str, Lora] = field(default_factory=dict[str, Lora])
    """Those that a request may name, by that name; at most one is laid over at a time."""
    image_to_video: Sibling | None = None
    upscale: Upscaler | None = None
    """Where another entry has this or `image_to_video`, an empty table takes it away here."""
    small_world: bool = False
    """Knows a few words only; `note_for` says which."""
    min_display_size: int = 0
    """Clips are enlarged by a whole number until their shorter edge has this many pixels."""

    def __post_init__(self) -> None:
        for field_name, fault in contradictions(self):
            raise FieldError(field_name, fault)

    @property
    def is_folder(self) -> bool:
        """Whether `source` is a folder of this machine."""
        return is_local(self.source)

    @property
    def call_names(self) -> dict[str, str]:
        """The numbers of a request the pipeline's call takes, and its names for them."""
        names = {name: name for name in _CALL_NUMBERS} | dict(self.arguments)
        return {number: name for number, name in names.items() if name}

    @property
    def model_card(self) -> Path | str:
        """Where the model is described: a file of this machine, or a page of the Hub."""
        if self.is_folder:
            return Path(self.source).expanduser() / "README.md"
        return f"https://huggingface.co/{self.source}"

    def preset(self, name: PresetName) -> Settings:
        """Return the numbers of a quality preset."""
        changes = {"draft": self.draft, "normal": _UNCHANGED, "best": self.best}
        return changes[name].applied_to(self.defaults)

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

    def note_for(self, prompt: str, translate: Callable[[str], str] = str) -> str | None:
        """Return a remark on what this model will make of the prompt, if there is one to make."""
        return small_world.note(self.title, prompt, translate) if self.small_world else None

    def request(
        self,
        *,
        id: str,  # noqa: A002 - the protocol's name for it
        prompt: str,
        seed: int,
        output_path: str,
        preset: PresetName = "normal",
        negative_prompt: str = "",
        width: int | None = None,
        height: int | None = None,
        num_frames: int | None = None,
        fps: int | None = None,
        num_inference_steps: int | None = None,
        guidance_scale: float | None = None,
        max_bytes: int | None = None,
        image_path: str | None = None,
        continues: str | None = None,
        upscales: str | None = None,
        smooths: str | None = None,
        variation_seed: int | None = None,
        variation_strength: float = 0.0,
        lora: str | None = None,
        previews: bool = False,
        filmstrip: bool = False,
    ) -> GenerationRequest:
        """Return a request this model accepts: the preset for None, else the nearest legal."""
        usual = self.preset(preset)
        sizes = self.sizes if upscales is None else self.upscale_entry.sizes
        width, height = sizes.fit(width or usual.width, height or usual.height)
        steps = num_inference_steps or usual.num_inference_steps
        guidance = usual.guidance_scale if guidance_scale is None else guidance_scale
        return GenerationRequest(
            id=id,
            model=self.name,
            prompt=_well_formed(prompt),
            negative_prompt=_well_formed(negative_prompt) if self.negative_prompt else "",
            width=width,
            height=height,
            num_frames=self.fit_frames(num_frames or usual.num_frames),
            fps=min(self.max_fps, max(1, fps or usual.fps)),
            num_inference_steps=min(self.max_steps, max(self.min_steps, steps)),
            # in this order, so that nan becomes 1.0
            guidance_scale=min(self.max_guidance_scale, max(1.0, guidance)),
            seed=seed % SEEDS,
            output_path=output_path,
            max_bytes=max_bytes,
            image_path=image_path if self.image_to_video else None,
            continues=continues if self.can_extend else None,
            upscales=upscales if self.can_upscale else None,
            smooths=smooths,
            variation_seed=None if variation_seed is None else variation_seed % SEEDS,
            variation_strength=0.0 if variation_seed is None else _share(variation_strength),
            lora=lora if lora in self.optional_loras else None,
            previews=previews,
            filmstrip=filmstrip,
        )

    def total_steps(self, request: GenerationRequest) -> int | None:
        """Return the steps of a clip that takes more or fewer than it asks for; None elsewhere."""
        if request.upscales is not None and self.upscale is not None:
            return self.upscale.steps(request.num_inference_steps)
        if self.chunks is None:
            return None
        return self.chunks.total_steps(request.num_frames, request.num_inference_steps)

    def serving(self, request: GenerationRequest) -> "ModelSpec":
        """Return the entry to load for a request."""
        if request.upscales is not None:
            return self.upscale_entry
        return self.picture_entry if request.begins_with_picture else self

    @property
    def picture_entry(self) -> "ModelSpec":
        """The entry to load for a clip that begins with a picture: it may have its own weights."""
        other = self.image_to_video
        if other is None or other.source is None:
            return self
        return replace(
            self,
            name=f"{self.name}:{other.class_name}",
            source=other.source,
            revision=other.revision,
            pipeline_class=other.class_name,
            image_to_video=Sibling(class_name=other.class_name),
        )

    @property
    def upscale_entry(self) -> "ModelSpec":
        """The entry to load to make a clip larger: it has its own sizes, and maybe weights."""
        other = self.upscale
        if other is None:
            return self
        larger = replace(
            self, sizes=self._upscaled_sizes(other), memory=other.memory or self.memory
        )
        if other.source is None:
            return larger
        return replace(
            larger,
            name=f"{self.name}:{other.class_name}",
            source=other.source,
            revision=other.revision,
            pipeline_class=other.class_name,
        )

    @property
    def can_extend(self) -> bool:
        """Whether a clip can go on from another one's last frame."""
        return self.image_to_video is not None

    @property
    def held_frames(self) -> int:
        """How many given frames the network goes on from; 0 where a pipeline takes a picture."""
        return self.image_to_video.held_frames if self.image_to_video else 0

    @property
    def shown_again(self) -> int:
        """How many of an earlier clip's last frames one that goes on from it begins with."""
        return max(1, self.held_frames)

    @property
    def can_upscale(self) -> bool:
        """Whether it can make finished clips larger; `upscaled_size` says how large."""
        return self.upscale is not None

    def upscaled_size(self, width: int, height: int) -> tuple[int, int] | None:
        """Return what a clip of this size is made larger to; None if it is as large as it gets."""
        if self.upscale is None:
            return None
        return self.upscale.target(width, height, self.sizes.multiple)

    def _upscaled_sizes(self, upscaler: Upscaler) -> SizeRule:
        largest = upscaler.max // self.sizes.multiple * self.sizes.multiple
        return replace(self.sizes, max=largest, max_pixels=upscaler.max_pixels, only=())

    def check(self, request: GenerationRequest) -> None:
        """Raise `GenerationError("invalid")` unless the request keeps this model's rules."""
        check(self, request)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))  # in this order, so that nan becomes 0


def _well_formed(text: str) -> str:
    """Replace halves of surrogate pairs, which no encoding can write."""
    return text.encode(errors="replace").decode()
