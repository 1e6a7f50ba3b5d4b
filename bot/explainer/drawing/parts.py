"""The pipeline's parts, and how much smaller than a clip the latents are in which they work."""

from collections.abc import Mapping
from math import prod

from bot.explainer.drawing.canvas import WIDTH, Canvas
from bot.explainer.drawing.frame import noise, to_pixels

_NUMBER_SIZE = 36
_LARGEST = (440, 250)
_MOST_FRAMES = 7
_BAR = WIDTH - 80


def draw_pipeline(canvas: Canvas, words: Mapping[str, str], _: Mapping[str, float]) -> None:
    theme = canvas.theme
    canvas.text(30, 62, words["prompt"], colour=theme.prompt, align="left", room=244)
    canvas.arrow((284, 62), (338, 62))
    canvas.box(460, 62, 236, 84, words["text_encoder"], theme.prompt)
    canvas.arrow((460, 108), (460, 222), theme.prompt)
    canvas.text(480, 136, words["vectors"], colour=theme.prompt, align="left", room=370)
    canvas.panel(300, 164, WIDTH - 318, 240)
    _draw_start(canvas, words)
    canvas.arrow((212, 266), (348, 266))
    canvas.box(460, 266, 216, 84, words["denoiser"], theme.network)
    canvas.arrow((572, 250), (626, 250), theme.network)
    canvas.box(740, 266, 216, 84, words["scheduler"], theme.network)
    canvas.arrow((740, 312), (460, 312), theme.network, bend=-0.22)
    canvas.text(600, 378, words["loop"], colour=theme.network, room=540)
    canvas.arrow((600, 408), (600, 440))
    canvas.text(600, 466, words["latents"], colour=theme.noise, room=500)
    canvas.text(600, 510, words["latents_size"], size=_NUMBER_SIZE)
    canvas.arrow((600, 532), (600, 564))
    canvas.box(600, 606, 236, 76, words["decoder"], theme.clip)
    canvas.arrow((478, 606), (424, 606), theme.clip)
    canvas.text(396, 588, words["clip"], colour=theme.clip, align="right", weight="bold")
    canvas.text(396, 628, words["clip_size"], size=_NUMBER_SIZE, align="right")


def _draw_start(canvas: Canvas, words: Mapping[str, str]) -> None:
    canvas.image(to_pixels(noise()), 126, 266, 156)
    canvas.text(126, 372, words["noise"], colour=canvas.theme.noise, room=236)
    canvas.text(126, 414, words["seed"], colour=canvas.theme.faint, room=236)


def draw_model(canvas: Canvas, words: Mapping[str, str], numbers: Mapping[str, float]) -> None:
    theme = canvas.theme
    scale = min(_LARGEST[0] / numbers["width"], _LARGEST[1] / numbers["height"])
    size = scale * numbers["width"], scale * numbers["height"]
    frames = round(min(_MOST_FRAMES, numbers["frames"]))
    canvas.text(40, 40, words["clip"], colour=theme.clip, align="left", weight="bold", room=500)
    canvas.stack(40, 134, size, frames, theme.clip)
    canvas.text(40, 422, words["clip_size"], size=_NUMBER_SIZE, align="left")
    canvas.text(40, 472, words["order"], colour=theme.faint, align="left")
    canvas.bar(40, 510, _BAR, 22, theme.clip)
    canvas.text(40, 556, words["clip_numbers"], colour=theme.clip, align="left")
    if words["latents_size"]:
        _draw_latents(canvas, words, numbers, scale)


def _draw_latents(
    canvas: Canvas, words: Mapping[str, str], numbers: Mapping[str, float], scale: float
) -> None:
    """Draw the latents at the scale of the clip, and how many numbers they are beside its own."""
    colour = canvas.theme.noise
    size = scale * numbers["latent_width"], scale * numbers["latent_height"]
    of_clip = min(_MOST_FRAMES, numbers["frames"])
    frames = max(1, round(of_clip * numbers["latent_frames"] / numbers["frames"]))
    middle = 134 + scale * numbers["height"] / 2
    canvas.text(600, 40, words["latents"], colour=colour, align="left", weight="bold")
    canvas.stack(600, middle - size[1] / 2, size, frames, colour)
    canvas.text(840, 422, words["latents_size"], size=_NUMBER_SIZE, align="right")
    sides = "width", "height", "frames"
    share = prod(numbers[f"latent_{side}"] / numbers[side] for side in sides)
    share *= numbers["latent_channels"] / numbers["channels"]
    canvas.bar(40, 586, max(4, share * _BAR), 22, colour)
    canvas.text(40, 632, words["latents_numbers"], colour=colour, align="left")
