"""Reverse diffusion: a run from noise to a clip in a plane, and what the network says at a step."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes

from bot.explainer.diffusion import Array, Clusters, clip_from_flow, euler_path
from bot.explainer.drawing.canvas import HEIGHT, WIDTH, Canvas, arrow

_STEPS = 8
_SHOWN = 3
_START = np.array([2.6, -1.2])
_CLIPS_EACH = 14


def draw_denoising(canvas: Canvas, words: Mapping[str, str], _: Mapping[str, float]) -> None:
    theme = canvas.theme
    world = plane()
    times = np.linspace(1, 0, _STEPS + 1)
    path = euler_path(world.flow, _START, times)
    here, time = path[_SHOWN], float(times[_SHOWN])
    flow = world.flow(here, time)
    clip = clip_from_flow(here, flow, time)
    eps = clip + flow
    axes = canvas.chart(0, 132, WIDTH, HEIGHT - 132)
    axes.axis("off")
    axes.set_xlim(-2.5, 3.85)
    axes.set_ylim(-2.05, 1.75)
    _draw_clips(axes, world, theme.clip)
    axes.plot(*np.array([clip, eps]).T, "--", color=theme.faint, linewidth=3, zorder=1)
    for before, after in pairwise(path):
        axes.add_patch(arrow(tuple(before), tuple(after), theme.network, width=5))
    points: dict[str, tuple[Array, str, str, tuple[float, float], float]] = {
        "start": (path[0], "o", theme.noise, (1.2, 0.33), 210),
        "here": (here, "o", theme.network, (-0.18, 0), 360),
        "clip": (clip, "s", theme.clip, (-0.22, 0), 360),
        "eps": (eps, "D", theme.noise, (-0.2, -0.08), 260),
    }
    for name, (point, marker, colour, offset, room) in points.items():
        axes.plot(*point, marker, color=colour, markersize=22, zorder=5)
        x, y = point + np.array(offset)
        canvas.label(axes, (x, y), words[name], colour, align="right", room=room)
    canvas.label(axes, (-2.4, 1.5), words["clips"], theme.clip, room=480)
    canvas.text(
        WIDTH / 2, 46, r"$\hat u=\hat\varepsilon-\hat x_0\qquad\hat x_0=x_t-t\,\hat u$", size=46
    )
    canvas.text(WIDTH / 2, 104, words["step"], colour=theme.network)


def _draw_clips(axes: Axes, world: Clusters, colour: str) -> None:
    around = np.random.default_rng(1).normal(0, world.spread, (_CLIPS_EACH, 3, 2))
    clips: Array = (world.centres + around).reshape(-1, 2)
    axes.plot(*clips.T, "o", color=colour, markersize=9, alpha=0.6)


def plane() -> Clusters:
    """Return a world whose clips are points of a plane, around three centres."""
    return Clusters(np.array([[-2.0, 0.9], [1.7, 1.2], [-0.3, -1.5]]), spread=0.15)
