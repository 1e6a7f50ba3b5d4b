"""GANs: the contest of generator and discriminator, and one pass beside many."""

from collections.abc import Mapping

import numpy as np

from bot.explainer.diffusion import Array, alpha_bars, linear_betas, noised
from bot.explainer.drawing.canvas import WIDTH, Canvas
from bot.explainer.drawing.frame import heart, noise, to_pixels

_LEVELS = (1000, 420, 200, 80, 0)


def draw_contest(canvas: Canvas, words: Mapping[str, str], _: Mapping[str, float]) -> None:
    theme = canvas.theme
    upper, lower, frame = 92, 336, 124
    _draw_vector(canvas, 60, upper, 130)
    canvas.text(60, upper + 92, r"$z$", size=42, colour=theme.noise)
    canvas.arrow((88, upper), (138, upper))
    canvas.box(250, upper, 216, 84, words["generator"], theme.network)
    canvas.text(250, upper + 76, r"$G$", size=42, colour=theme.network)
    canvas.arrow((362, upper), (412, upper))
    canvas.image(to_pixels(_imperfect()), 482, upper, frame)
    canvas.text(482, upper + 92, words["made"], colour=theme.prompt, room=170)
    canvas.arrow((552, upper + 22), (640, upper + 70))
    canvas.image(to_pixels(heart()), 482, lower, frame)
    canvas.text(482, lower + 92, words["real"], colour=theme.clip, room=170)
    canvas.arrow((552, lower - 22), (640, lower - 76))
    middle = (upper + lower) / 2
    canvas.box(734, middle - 4, 268, 84, words["discriminator"], theme.noise)
    canvas.text(734, middle + 72, r"$D$", size=42, colour=theme.noise)
    canvas.text(734, middle - 84, words["question"], colour=theme.text, room=236)
    canvas.arrow((596, middle - 4), (262, upper + 106), theme.faint, bend=-0.28)
    canvas.text(190, middle + 86, words["teaches"], colour=theme.faint, room=340)
    canvas.panel(24, 466, WIDTH - 48, 172)
    d_goal = r"$D:\ \max\ \mathrm{E}[\log D(x)]+\mathrm{E}[\log(1-D(G(z)))]$"
    canvas.text(48, 510, d_goal, size=41, align="left")
    canvas.text(48, 590, r"$G:\ \max\ \mathrm{E}[\log D(G(z))]$", size=41, align="left")


def draw_overview(canvas: Canvas, words: Mapping[str, str], _: Mapping[str, float]) -> None:
    theme = canvas.theme
    room = WIDTH - 84
    canvas.panel(18, 14, WIDTH - 36, 356)
    canvas.text(42, 52, words["diffusion"], align="left", weight="bold", room=room)
    kept = alpha_bars(linear_betas())
    size, gap = 128, 42
    for index, level in enumerate(_LEVELS):
        x = 42 + size / 2 + index * (size + gap)
        canvas.image(to_pixels(noised(heart(), noise(), float(kept[level]))), x, 152, size)
        if index:
            canvas.arrow((x - size / 2 - gap + 5, 152), (x - size / 2 - 5, 152), theme.network)
    canvas.text(42, 252, words["steps"], colour=theme.network, align="left", room=room)
    canvas.text(42, 294, words["seed"], colour=theme.noise, align="left", room=room)
    canvas.text(42, 336, words["second_look"], colour=theme.faint, align="left", room=room)
    canvas.panel(18, 388, WIDTH - 36, 258)
    canvas.text(42, 426, words["gan"], align="left", weight="bold", room=room)
    _draw_vector(canvas, 72, 546, 124)
    canvas.text(106, 546, r"$z$", size=42, colour=theme.noise)
    canvas.arrow((132, 546), (176, 546), theme.network)
    canvas.box(286, 546, 212, 84, words["generator"], theme.network)
    canvas.arrow((396, 546), (440, 546), theme.network)
    canvas.image(to_pixels(_imperfect()), 516, 546, size)
    canvas.text(600, 520, words["one_pass"], colour=theme.network, align="left", room=252)
    canvas.text(600, 574, words["only_z"], colour=theme.noise, align="left", room=252)


def _draw_vector(canvas: Canvas, x: float, y: float, height: float) -> None:
    """Draw a random vector as a column of cells, each as bright as its number is great."""
    numbers = np.random.default_rng(2).uniform(-1, 1, 7)
    canvas.column(numbers, x, y, 34, height)


def _imperfect() -> Array:
    """Return a frame as a generator that is still learning might make it: soft, and off."""
    frame = heart()
    soft = sum(np.roll(frame, (down, right), (0, 1)) for down in (-2, 0, 2) for right in (-2, 0, 2))
    return np.asarray(soft) / 9 + 0.08 * noise(1)
