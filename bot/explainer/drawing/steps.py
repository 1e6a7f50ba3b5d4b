"""Number of steps: the same path from the same noise, walked in 4, 10 and 50 steps."""

from collections.abc import Mapping

import numpy as np

from bot.explainer.diffusion import Array, Clusters, euler_path
from bot.explainer.drawing.canvas import WIDTH, Canvas

COUNTS = (4, 10, 50)
_EXACT = 1000
_STARTS = (1.25, 0.05, -0.75)


def draw_steps(canvas: Canvas, words: Mapping[str, str], _: Mapping[str, float]) -> None:
    theme = canvas.theme
    width = (WIDTH - 84) / 3
    room = width / 2 - 18
    for index, count in enumerate(COUNTS):
        x = 34 + index * (width + 8)
        canvas.text(x + width / 2, 40, words[f"steps_{count}"], weight="bold", room=width - 12)
        axes = canvas.chart(x, 76, width - 12, 380)
        axes.set_xlim(1.04, -0.04)
        axes.set_ylim(-1.75, 1.75)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        for centre in world().centres[:, 0]:
            axes.axhline(centre, color=theme.clip, linewidth=3, linestyle=":")
        for start in _STARTS:
            exact, walked = run(start, _EXACT), run(start, count)
            axes.plot(*exact, color=theme.faint, linewidth=3)
            axes.plot(
                *walked, "-o", color=theme.network, linewidth=4, markersize=11 if count < 50 else 6
            )
        canvas.text(x, 480, words["noise"], colour=theme.faint, align="left", room=room)
        right = x + width - 12
        canvas.text(right, 480, words["clip"], colour=theme.faint, align="right", room=room)
    canvas.text(WIDTH / 2, 540, words["walked"], colour=theme.network)
    canvas.text(WIDTH / 2, 583, words["exact"], colour=theme.faint)
    canvas.text(WIDTH / 2, 626, words["clips"], colour=theme.clip)


def world() -> Clusters:
    """Return a world whose clips are two numbers, a little blurred."""
    return Clusters(np.array([[-1.0], [1.0]]), spread=0.05)


def run(start: float, count: int) -> tuple[Array, Array]:
    """Return the times and places of a run of a flow in equal steps."""
    times = np.linspace(1, 0, count + 1)
    path = euler_path(world().flow, np.array([start]), times)
    return times, path[:, 0]
