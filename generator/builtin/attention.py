"""Mochi's joint attention for whole batches: the stock processor loops over the samples."""

from typing import Any

import torch
from torch import Tensor, nn


def _heads(projected: Tensor, count: int) -> Tensor:
    return projected.unflatten(2, (count, -1))


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


class DenseMochiAttention:
    """Same weights and result as the stock processor, padding masked out instead of cut out."""

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        attention_mask: Tensor,
        image_rotary_emb: tuple[Tensor, Tensor],
    ) -> tuple[Tensor, Tensor]:
        """Return the attended video tokens and text tokens."""
        count: int = attn.heads
        video = hidden_states.shape[1]
        query = attn.norm_q(_heads(attn.to_q(hidden_states), count))
        key = attn.norm_k(_heads(attn.to_k(hidden_states), count))
        text_query = attn.norm_added_q(_heads(attn.add_q_proj(encoder_hidden_states), count))
        text_key = attn.norm_added_k(_heads(attn.add_k_proj(encoder_hidden_states), count))
        value = _heads(attn.to_v(hidden_states), count)
        text_value = _heads(attn.add_v_proj(encoder_hidden_states), count)

        query = torch.cat((_rotate(query, *image_rotary_emb), text_query), dim=1).transpose(1, 2)
        key = torch.cat((_rotate(key, *image_rotary_emb), text_key), dim=1).transpose(1, 2)
        value = torch.cat((value, text_value), dim=1).transpose(1, 2)

        visible = nn.functional.pad(attention_mask, (video, 0), value=True)[:, None, None, :]
        scores = (query @ key.transpose(-1, -2)) * query.shape[-1] ** -0.5
        attended = scores.masked_fill(~visible, -torch.inf).softmax(-1) @ value
        joined = attended.transpose(1, 2).flatten(2, 3)

        attended_video, attended_text = joined[:, :video], joined[:, video:]
        if hasattr(attn, "to_add_out"):
            attended_text = attn.to_add_out(attended_text)
        return attn.to_out[1](attn.to_out[0](attended_video)), attended_text
