"""Guidance: two predictions at one step, and the third beyond them that is used."""

from collections.abc import Mapping

import numpy as np

from bot.explainer.diffusion import guided
from bot.explainer.drawing.canvas import HEIGHT, WIDTH, Canvas, arrow

_SCALE = 3.0
_WITHOUT = np.array([2.0, 0.2])
_WITH = np.array([2.1, 0.95])


def draw_guidance(canvas: Canvas, words: Mapping[str, str], _: Mapping[str, float]) -> None:
    theme = canvas.theme
    used = guided(_WITHOUT, _WITH, _SCALE)
    axes = canvas.chart(0, 96, WIDTH, HEIGHT - 96)
    axes.axis("off")
    axes.set_xlim(-0.45, 4.4)
    axes.set_ylim(-0.35, 2.76)
    axes.set_aspect("equal")
    axes.plot(*np.array([_WITHOUT, used]).T, "--", color=theme.faint, linewidth=3, zorder=1)
    axes.plot(0, 0, "o", color=theme.network, markersize=24, zorder=5)
    canvas.label(axes, (-0.3, 0.3), "$x_t$", theme.network, size=44)
    for name, end, colour, width in (
        ("without", _WITHOUT, theme.noise, 6),
        ("with", _WITH, theme.prompt, 6),
        ("used", used, theme.clip, 9),
    ):
        axes.add_patch(arrow((0, 0), tuple(end), colour, width=width))
        canvas.label(axes, (end[0] + 0.1, end[1]), words[name], colour)
    for power in (1, 2, 3):
        middle = guided(_WITHOUT, _WITH, power - 0.5)
        canvas.label(axes, (middle[0] + 0.1, middle[1]), f"{power}×", theme.faint)
    formula = (
        r"$\hat\varepsilon=\varepsilon_\varnothing+w\,(\varepsilon_c-\varepsilon_\varnothing)$"
    )
    canvas.text(WIDTH / 2, 52, f"{formula}     $w={_SCALE:g}$", size=46)
