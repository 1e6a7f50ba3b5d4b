"""An extra lesson for the denoiser: where the shape is, how large and which, seen by every patch.

The renderer knows the answers, so a throwaway head in the middle of the network is taught to read
them off the tokens. It speeds learning up as aligning features with a pretrained encoder does
(Yu et al., "Representation Alignment for Generation", 2024, arXiv:2410.06940), without one.
"""

from typing import Any

import torch
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
from torch import Tensor, nn

from generator.builtin.vocabulary import SHAPES

_GEOMETRY = 3
"""The shape's centre relative to the patch, across and down in widths, and its extent."""
_CENTRE_WEIGHT = 10.0
_SHAPE_WEIGHT = 0.1


class GeometryHead(nn.Module):
    """Reads the tokens behind the middle block; listens by a hook, so the denoiser stays stock."""

    def __init__(self, transformer: LatteTransformer3DModel) -> None:
        super().__init__()
        self._grid = transformer.height // transformer.config["patch_size"]
        width: int = transformer.config["num_attention_heads"]
        width *= transformer.config["attention_head_dim"]
        self.read = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, _GEOMETRY + len(SHAPES)),
        )  # fmt: skip
        self._tokens: Tensor | None = None
        middle: Any = transformer.transformer_blocks[len(transformer.transformer_blocks) // 2]
        middle.register_forward_pre_hook(self._listen)

    def _listen(self, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._tokens = inputs[0]

    def loss(self, coverage: Tensor, shapes: Tensor) -> Tensor:
        """Return the error of what the last forward pass knew; call it before the next one.

        `coverage` is (n, 1, time, height, width), 0..1; `shapes` are indices into `SHAPES`, (n,).
        """
        assert self._tokens is not None
        answer = self.read(self._tokens.float())
        centres, extent = locate(coverage)  # (n * time, 2), (n * time,)
        axis = (torch.arange(self._grid) + 0.5) / self._grid
        patches = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).flatten(0, 1)
        wanted = torch.cat(
            [
                centres[:, None] - patches,
                extent[:, None, None].expand(-1, self._grid**2, 1),
            ],
            -1,
        )
        kinds = shapes.repeat_interleave(coverage.shape[2])[:, None].expand(-1, self._grid**2)
        error = (answer[..., :_GEOMETRY] - wanted).square().sum(-1).mean()
        confusion = nn.functional.cross_entropy(answer[..., _GEOMETRY:].mT, kinds)
        return _CENTRE_WEIGHT * error + _SHAPE_WEIGHT * confusion


def locate(coverage: Tensor) -> tuple[Tensor, Tensor]:
    """Return centres (n * time, x and y) in widths, and the square roots of the covered shares."""
    frames = coverage.transpose(1, 2).flatten(0, 2)
    size = frames.shape[-1]
    axis = (torch.arange(size, dtype=frames.dtype) + 0.5) / size
    area = frames.sum((1, 2)).clamp(min=1e-3)
    x = (frames.sum(1) * axis).sum(1) / area
    y = (frames.sum(2) * axis).sum(1) / area
    return torch.stack([x, y], 1), (area / size**2).sqrt()


def outline(coverage: Tensor) -> Tensor:
    """Return 1 on the cells at the shape's edge and 0 elsewhere, softly; same shape as given."""
    pool = nn.functional.max_pool3d
    kernel, padding = (1, 3, 3), (0, 1, 1)
    return pool(coverage, kernel, 1, padding) + pool(-coverage, kernel, 1, padding)
