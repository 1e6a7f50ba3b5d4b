"""The denoiser's attention without what one-token frames make superfluous; for training only.

The results are those of the stock processors, which are what runs once the model is exported.
"""

from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
from torch import Tensor

from generator.builtin import NUM_FRAMES


class OneTokenAttention:
    """A token that is alone attends to itself: its value, whatever query and key say."""

    def __call__(self, attn: Any, hidden_states: Tensor, **_kwargs: Any) -> Tensor:
        """Return (n, 1, dim) for (n, 1, dim)."""
        return attn.to_out[0](attn.to_v(hidden_states))


class SharedPromptAttention:
    """A clip's frames see the same prompt: its keys and values are made once, not for each."""

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        attention_mask: Tensor,
        **_kwargs: Any,
    ) -> Tensor:
        """Return (clips * frames, 1, dim); the prompt is given once a frame."""
        prompts, bias = encoder_hidden_states[::NUM_FRAMES], attention_mask[::NUM_FRAMES, None]
        clips, dim = len(prompts), hidden_states.shape[-1]

        def heads(tokens: Tensor) -> Tensor:
            return tokens.view(clips, -1, attn.heads, dim // attn.heads).transpose(1, 2)

        query = heads(attn.to_q(hidden_states))
        scores = query @ heads(attn.to_k(prompts)).mT * attn.scale + bias
        seen = scores.softmax(-1).to(query.dtype) @ heads(attn.to_v(prompts))
        return attn.to_out[0](seen.transpose(1, 2).reshape(clips * NUM_FRAMES, 1, dim))


def use_lean_attention(transformer: LatteTransformer3DModel, *, compiled: bool) -> None:
    """Switch the processors, and compile the blocks, which takes a C++ compiler and a minute.

    Between frames it is plain multiply, softmax, multiply: fused attention is slow backwards.
    """
    spatial: list[Any] = [*transformer.transformer_blocks]
    temporal: list[Any] = [*transformer.temporal_transformer_blocks]
    for block in spatial:
        block.attn1.set_processor(OneTokenAttention())
        block.attn2.set_processor(SharedPromptAttention())
    for block in temporal:
        block.attn1.set_processor(AttnProcessor())
    if compiled:
        for block in spatial + temporal:
            block.forward = torch.compile(block.forward, dynamic=False)
