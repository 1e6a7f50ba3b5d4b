"""The models the project knows, and those an operator adds."""

from pathlib import Path

from generator import builtin
from generator.catalogue import Catalogue
from generator.models_file import read_models
from generator.presets import Settings
from generator.rules import FrameRule, SizeRule
from generator.sources import Sibling
from generator.spec import ModelSpec

SHIPPED = Path(__file__).with_name("models.toml")
"""The entries that ship with the project, in the form operators write theirs."""

BUILTIN = ModelSpec(
    name="builtin",
    title="Built-in",
    description="Small, on any machine, in seconds: simple shapes that move",
    source=str(Path(__file__).parent / "builtin" / "model"),
    pipeline_class="LattePipeline",
    part_dtypes={"vae": "bfloat16"},  # halves a clip's time on a CPU, at 54 dB to float32's frames
    licence="MIT",
    automatic=True,
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
    arguments={"num_frames": "video_length"},
    # the same frames for a twelfth less work than 14 at a time: fewer fit into a CPU's caches
    call_args={"clean_caption": False, "decode_chunk_size": 4},
    image_to_video=Sibling(class_name="LattePipeline", held_frames=builtin.HELD_FRAMES),
    min_steps=2,
    max_steps=100,  # of more, some round to the same timestep
    small_world=True,
    min_display_size=3 * builtin.SIZE,
)


def load_catalogue(models_file: Path | None = None) -> Catalogue:
    """Return the models that can be asked for: ours, and those of an operator's file.

    Raises `ModelFileError` for a file that cannot be used.
    """
    models = read_models(SHIPPED, {BUILTIN.name: BUILTIN})
    if models_file is not None:
        models = read_models(models_file, models)
    return Catalogue(models.values())
