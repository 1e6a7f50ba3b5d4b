"""The models the project knows, as catalogue entries."""

from pathlib import Path

from generator import builtin
from generator.builtin import vocabulary
from generator.catalogue import Catalogue, ModelSpec, SchedulerSpec, Settings
from generator.rules import FrameRule, SizeRule

_GIB = 2**30
_NAMED_WORDS = 5


def _builtin_note(prompt: str) -> str | None:
    if vocabulary.understands(prompt):
        return None
    unknown = vocabulary.unknown_words(prompt)[:_NAMED_WORDS]
    if not unknown:
        return f"The built-in model draws simple shapes. {vocabulary.KNOWS}"
    return f"The built-in model does not know: {', '.join(unknown)}. {vocabulary.KNOWS}"


BUILTIN = ModelSpec(
    name="builtin",
    title="Built-in",
    description="Small, on any machine, in seconds: simple shapes that move",
    source=str(Path(__file__).parent / "builtin" / "model"),
    pipeline_class="LattePipeline",
    licence="MIT",
    memory_note="about 1 GB of main memory",
    defaults=Settings(
        width=builtin.SIZE,
        height=builtin.SIZE,
        num_frames=builtin.NUM_FRAMES,
        fps=builtin.FPS,
        num_inference_steps=builtin.NUM_INFERENCE_STEPS,
        guidance_scale=builtin.GUIDANCE_SCALE,
    ),
    # the one size and length it was trained at
    sizes=SizeRule(
        multiple=24, min=builtin.SIZE, max=builtin.SIZE, max_pixels=builtin.SIZE * builtin.SIZE
    ),
    frames=FrameRule(multiple=1, offset=0, min=builtin.NUM_FRAMES, max=builtin.NUM_FRAMES),
    frames_argument="video_length",
    call_args={"clean_caption": False},
    min_steps=2,
    max_steps=64,
    small_world=True,
    min_display_size=3 * builtin.SIZE,
    prompt_note=_builtin_note,
)

MODELSCOPE = ModelSpec(
    name="modelscope",
    title="ModelScope 1.7B",
    description="Anything you can describe, 2 seconds at 256×256; needs a GPU",
    source="ali-vilab/text-to-video-ms-1.7b",
    variant="fp16",
    pipeline_class="TextToVideoSDPipeline",
    scheduler=SchedulerSpec("DPMSolverMultistepScheduler"),
    offload=True,
    licence="CC-BY-NC-4.0",
    licence_note="no commercial use",
    gpu_memory=6 * _GIB,
    memory_note="about 4 GB of GPU memory with offload, 3.4 GB of weights",
    defaults=Settings(
        width=256, height=256, num_frames=16, fps=8, num_inference_steps=25, guidance_scale=9.0
    ),
    sizes=SizeRule(multiple=8, min=128, max=576, max_pixels=576 * 320),
    frames=FrameRule(multiple=1, offset=0, min=4, max=48),
)


def load_catalogue() -> Catalogue:
    """Return the models that can be asked for."""
    return Catalogue([BUILTIN, MODELSCOPE])
