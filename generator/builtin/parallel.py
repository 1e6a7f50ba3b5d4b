"""Two single-threaded training processes that average their gradients: faster than two threads."""

import os
import signal
import socket
from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import Tensor

from generator.builtin.precision import FAST_DTYPE

# Without these glibc returns and refetches every large tensor's pages: half the time in the kernel.
_ALLOCATOR = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "20000000000",
    "MALLOC_TOP_PAD_": "268435456",
}


def rank() -> int:
    """Return this process's number, 0 for the one that logs and saves."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """Return how many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def launch(worker: Callable[..., None], processes: int, *args: Any) -> None:
    """Run `worker(*args)` in that many single-threaded processes, joined over the loopback."""
    os.environ.update(_ALLOCATOR, OMP_NUM_THREADS="1")
    mp.spawn(_join, (processes, _free_port(), worker, args), nprocs=processes)  # pyright: ignore[reportPrivateImportUsage]


def _join(
    rank: int, processes: int, port: int, worker: Callable[..., None], args: tuple[Any, ...]
) -> None:
    # torch sends SIGINT when the parent dies; started in the background it would be ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=processes
    )
    try:
        worker(*args)
    finally:
        dist.destroy_process_group()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def average(tensors: Iterable[Tensor]) -> None:
    """Replace each tensor by its mean over the processes, in one transfer."""
    sum_over_processes(tensors, scale=1 / world_size())


def sum_over_processes(tensors: Iterable[Tensor], scale: float = 1.0) -> None:
    """Replace each tensor by `scale` times its sum over the processes, in one transfer."""
    if world_size() == 1:
        return
    tensors = list(tensors)
    flat = torch.cat([tensor.flatten() for tensor in tensors]).to(FAST_DTYPE)
    dist.all_reduce(flat)
    flat *= scale
    for tensor, part in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
        tensor.copy_(part.view_as(tensor))


def agree(value: bool) -> bool:
    """Return the first process's answer in all of them, so that none waits for one that stopped."""
    if world_size() == 1:
        return value
    answer = torch.tensor([int(value)])
    dist.broadcast(answer, src=0)
    return bool(answer.item())


def largest(value: float) -> float:
    """Return the largest of the processes' values in all of them."""
    if world_size() == 1:
        return value
    answer = torch.tensor(value)
    dist.all_reduce(answer, dist.ReduceOp.MAX)
    return answer.item()
