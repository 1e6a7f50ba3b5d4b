"""What a script without us does: load the pipeline, call it, export the frames.

`python -m benchmarks.bare clip.mp4` is that script.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportPrivateImportUsage=false

import sys
from typing import Any

import torch
from diffusers import DiffusionPipeline
from diffusers.utils import export_to_video

from generator import GenerationRequest, load_catalogue

SPEC = load_catalogue()["builtin"]


class Bare:
    """The built-in model's pipeline, called with the same arguments as by us."""

    def __init__(self) -> None:
        self._pipeline: Any = DiffusionPipeline.from_pretrained(SPEC.source, dtype=torch.float32)
        self._pipeline.set_progress_bar_config(disable=True)

    def pictures(self, request: GenerationRequest) -> list[Any]:
        """Return the frames as the pipeline gives them, which is as PIL images."""
        numbers = {name: getattr(request, number) for number, name in SPEC.call_names.items()}
        return self._pipeline(
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            generator=torch.Generator().manual_seed(request.seed),
            **numbers,
            **SPEC.call_args,
        ).frames[0]

    def clip(self, request: GenerationRequest) -> None:
        """Write the MP4 to the request's path."""
        export_to_video(self.pictures(request), request.output_path, fps=request.fps)


def main() -> None:
    prompt = "a red circle moving right on a white background"
    Bare().clip(SPEC.request(id="cold", prompt=prompt, seed=1, output_path=sys.argv[1]))


if __name__ == "__main__":
    main()
