"""Frames in between those of a finished clip, by motion compensation, so that it plays smoothly.

ffmpeg's `minterpolate` with its own defaults: measured on true frames in between, none of its
other settings is plainly better, and blending is far worse (docs/benchmarks.md).
"""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# (PyAV types its frames generically and leaves the parameter out)

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph

from generator.encoding import Rendering
from generator.given_clips import open_clip, picture_of, sound_of

_LEAST_EDGE = 32
"""Of a frame whose motion the filter can look for; below, it blends."""


def smooth(path: Path, times: int, on_frame: Callable[[], None]) -> Rendering:
    """Return a clip with `times` as many frames in the same time, and its sound.

    Its own frames stay as they are, at their times; the last one is held for as long as before.
    `on_frame` is called for each of them, and may raise to stop. Raises
    `GenerationError("invalid")` if the file is no clip.
    """
    with open_clip(path) as container:
        sound = sound_of(container)
        given = list(container.decode(video=0))
    width, height = given[0].width, given[0].height
    pictures = np.stack([picture_of(frame, width, height) for frame in given])
    smoothed = np.repeat(pictures, times, axis=0)
    for place, frame in _interpolated(given, times, on_frame):
        if place % times and 0 < place < len(smoothed) - times:
            smoothed[place] = picture_of(frame, width, height)
    return Rendering(smoothed, sound)


def _interpolated(
    given: Sequence[av.VideoFrame], times: int, on_frame: Callable[[], None]
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield what the filter makes, by its place; places before 0 and after the end are of no use.

    The filter needs a frame before and one after each two that it looks at, and takes the first
    motion after a stillness for a cut: so the clip begins and ends by going back.
    """
    graph = _graph(given[0], times)
    mirrored = [*given[1:2], *given, *given[-2:-1]]
    first = len(mirrored) - len(given) - len(given[-2:-1])
    for index, frame in enumerate(mirrored):
        on_frame()
        frame.pts, frame.time_base = index, Fraction(1)
        graph.vpush(frame)
        yield from _pulled(graph, times, first)
    graph.vpush(None)
    yield from _pulled(graph, times, first)


def _graph(frame: av.VideoFrame, times: int) -> Graph:
    """Return the filter between a source and a sink, for frames that are one unit of time apart."""
    mode = "mci" if min(frame.width, frame.height) >= _LEAST_EDGE else "blend"
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1)
    )
    between = graph.add("minterpolate", fps=str(times), mi_mode=mode)
    graph.link_nodes(source, between, graph.add("buffersink")).configure()
    return graph


def _pulled(graph: Graph, times: int, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
    while True:
        try:
            frame = graph.vpull()
        except (BlockingIOError, EOFError):
            return
        assert frame.pts is not None
        assert frame.time_base is not None
        yield round(frame.pts * frame.time_base * times) - first * times, frame
