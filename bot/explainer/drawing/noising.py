"""Forward diffusion: one frame under more and more noise, and how much of it is left."""

from collections.abc import Mapping

import numpy as np

from bot.explainer.diffusion import STEPS, Array, alpha_bars, cosine_betas, linear_betas, noised
from bot.explainer.drawing.canvas import WIDTH, Canvas
from bot.explainer.drawing.frame import heart, noise, to_pixels

_SHOWN = (0, 60, 160, 320, 1000)
_MARGIN, _GAP = 26, 12


def draw_noising(canvas: Canvas, words: Mapping[str, str], _: Mapping[str, float]) -> None:
    linear = alpha_bars(linear_betas())
    frame, eps = heart(), noise()
    size = (WIDTH - 2 * _MARGIN - 4 * _GAP) / 5
    for index, t in enumerate(_SHOWN):
        x = _MARGIN + size / 2 + index * (size + _GAP)
        canvas.image(to_pixels(noised(frame, eps, float(linear[t]))), x, 26 + size / 2, size)
        canvas.text(x, 46 + size, f"$t={t}$", size=36)
    formula = r"$x_t=\sqrt{\bar\alpha_t}\;x_0+\sqrt{1-\bar\alpha_t}\;\varepsilon$"
    canvas.text(WIDTH / 2, 108 + size, formula, size=46)
    _draw_schedules(canvas, words, np.sqrt(linear))


def _draw_schedules(canvas: Canvas, words: Mapping[str, str], linear: Array) -> None:
    theme = canvas.theme
    axes = canvas.chart(70, 366, WIDTH - 130, 226)
    times = np.arange(STEPS + 1)
    cosine = np.sqrt(alpha_bars(cosine_betas()))
    for share, colour in (
        (cosine, theme.prompt),
        (1 - times / STEPS, theme.clip),
        (linear, theme.noise),
    ):
        axes.plot(times, share, color=colour, linewidth=5, zorder=2)
    marked = list(_SHOWN)
    axes.plot(marked, linear[marked], "o", color=theme.noise, markersize=17, zorder=4)
    axes.set_xlim(-12, STEPS + 12)
    axes.set_ylim(-0.04, 1.06)
    axes.set_xticks([0, 500, 1000], ["0", "500", "1000"])
    axes.set_yticks([0, 1], ["0", "1"])
    canvas.text(WIDTH - 46, 356, words["share"], colour=theme.faint, align="right")
    canvas.text(WIDTH - 46, 410, words["cosine"], colour=theme.prompt, align="right", room=220)
    canvas.text(86, 500, words["flow"], colour=theme.clip, align="left", room=240)
    canvas.text(86, 552, words["linear"], colour=theme.noise, align="left", room=330)
    canvas.text(265, 624, words["axis"], colour=theme.faint, room=280)
