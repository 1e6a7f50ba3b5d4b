"""What a member asks for, before anything is decided."""

from dataclasses import dataclass

from bot.jobs.job import Job
from generator import PresetName


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a member typed; `None` is "as usual here"."""

    prompt: str = ""
    negative_prompt: str | None = None
    model: str | None = None
    preset: PresetName | None = None
    """The quality that what is left open follows."""
    seconds: float | None = None
    frames: int | None = None
    fps: int | None = None
    aspect: str | None = None
    """The shape, such as "16:9"."""
    size: str | None = None
    """Such as "256x256"."""
    steps: int | None = None
    guidance: float | None = None
    seed: int | None = None
    style: str | None = None
    """The name of one of `bot.styles`; "" is none, whatever is usual."""
    lora: str | None = None
    """The name of one of the model's optional LoRAs."""
    image_url: str | None = None
    """Where Discord keeps a picture to begin with, until it is fetched."""
    image_path: str | None = None
    """A picture to begin with, on our disk."""
    continues: str | None = None
    """A clip to go on from, on our disk."""
    upscales: str | None = None
    """A clip to make larger, on our disk."""
    smooths: str | None = None
    """A clip of just this wish, on our disk, to make frames in between for."""
    variations: int = 1
    variation_seed: int | None = None
    variation_strength: float = 0.0
    explain: bool | None = None
    private: bool | None = None
    spoiler: bool | None = None
    to_dm: bool | None = None

    @property
    def has_image(self) -> bool:
        return self.image_url is not None or self.image_path is not None


def again(job: Job) -> Wish:
    """Return the wish behind a job, seed included; nothing of it is left to what is usual.

    What is made from a smoothed clip is made from that wish: it has no frames in between.
    """
    request = job.request
    return Wish(
        prompt=job.prompt,
        negative_prompt=job.negative_prompt,
        model=request.model,
        preset="normal",
        frames=request.num_frames,
        fps=request.fps,
        size=f"{request.width}x{request.height}",
        steps=request.num_inference_steps,
        guidance=request.guidance_scale,
        seed=request.seed,
        style=job.style or "",
        lora=request.lora,
        image_path=request.image_path,
        continues=request.continues,
        upscales=request.upscales,
        variations=job.variations,
        variation_seed=request.variation_seed,
        variation_strength=request.variation_strength,
        explain=job.explain,
        private=job.private,
        spoiler=job.spoiler,
        to_dm=job.to_dm,
    )
