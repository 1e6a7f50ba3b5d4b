"""What all pictures share: a canvas in pixels, and boxes, arrows and charts on it.

Discord shows a picture at less than half of these pixels, on a phone 350 of them wide, so text has
33 pixels where it can.
"""

from pathlib import Path
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray
from PIL import Image

from bot.explainer.drawing.themes import THEMES
from bot.explainer.picture import Theme

Align = Literal["left", "center", "right"]
Weight = Literal["normal", "bold"]

WIDTH, HEIGHT = 880, 660
TEXT = 33
"""What words are written in, in pixels; long ones of other languages may be smaller."""
_LINE = 1.15
_EDGE = 8

mpl.rcParams["mathtext.fontset"] = "stix"


class Canvas:
    """A picture in pixels from its upper left corner, with a theme's colours."""

    def __init__(self, theme: Theme, height: int = HEIGHT) -> None:
        self.theme = THEMES[theme]
        self._height = height
        # 72 dots to the inch, so that a point is a pixel
        self._figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
        self._figure.set_facecolor(self.theme.background)
        FigureCanvasAgg(self._figure)
        self._page = self._figure.add_axes((0, 0, 1, 1))
        self._page.set_xlim(0, WIDTH)
        self._page.set_ylim(height, 0)
        self._page.axis("off")
        self._page.set_zorder(1)  # its words lie over the charts

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = TEXT,
        colour: str | None = None,
        align: Align = "center",
        weight: Weight = "normal",
        room: float | None = None,
    ) -> None:
        """Write words, or a formula between dollars; y is their middle.

        They are made smaller where they are wider than their room, or than the picture.
        """
        drawn = self._page.text(
            x,
            y - size / 9,  # what is centred is the letters without those below the line
            words,
            fontsize=size,
            color=colour or self.theme.text,
            ha=align,
            va="center_baseline",
            weight=weight,
            linespacing=_LINE,
        )
        self._fit(drawn, size, room)

    def label(
        self,
        axes: Axes,
        point: tuple[float, float],
        words: str,
        colour: str,
        *,
        size: float = TEXT,
        align: Align = "left",
        room: float | None = None,
    ) -> None:
        """Write words at a point of a chart's data."""
        axes.apply_aspect()
        x, y = point
        drawn = axes.text(x, y, words, fontsize=size, color=colour, ha=align, va="center")
        self._fit(drawn, size, room)

    def _fit(self, drawn: Text, size: float, room: float | None) -> None:
        extent = drawn.get_window_extent()
        room = self._room(extent, drawn.get_horizontalalignment()) if room is None else room
        if extent.width > room:
            drawn.set_fontsize(size * room / extent.width)

    def _room(self, extent: Bbox, align: str) -> float:
        """Return how wide words may be that begin, end or have their middle where these do."""
        right, left = WIDTH - _EDGE - extent.x0, extent.x1 - _EDGE
        if align == "center":
            return min(right, left) * 2 - extent.width
        return right if align == "left" else left

    def panel(self, x: float, y: float, width: float, height: float) -> None:
        self._page.add_patch(
            FancyBboxPatch(
                (x + 14, y + 14),
                width - 28,
                height - 28,
                boxstyle="round,pad=14",
                facecolor=self.theme.panel,
                edgecolor="none",
                zorder=0,
            )
        )

    def box(self, x: float, y: float, width: float, height: float, words: str, colour: str) -> None:
        """Draw an outlined box around its words; x and y are its middle."""
        self._page.add_patch(
            FancyBboxPatch(
                (x - width / 2 + 10, y - height / 2 + 10),
                width - 20,
                height - 20,
                boxstyle="round,pad=10",
                facecolor=self.theme.background,
                edgecolor=colour,
                linewidth=4,
            )
        )
        words, size = self._folded(words, width - 24, height - 12)
        self.text(x, y, words, size=size, room=width - 24)

    def _folded(self, words: str, width: float, height: float) -> tuple[str, float]:
        """Return words for a box, in two lines where they can be larger so, and their size."""
        size = min(TEXT, TEXT * width / self._width(words))
        gaps = [index for index, letter in enumerate(words) if letter == " "]
        if not gaps:
            return words, size
        middle = min(gaps, key=lambda index: abs(index - len(words) / 2))
        folded = f"{words[:middle]}\n{words[middle + 1 :]}"
        folded_size = min(TEXT * width / self._width(folded), height / (2 * _LINE))
        return (folded, folded_size) if folded_size > size else (words, size)

    def _width(self, words: str) -> float:
        drawn = self._page.text(0, 0, words, fontsize=TEXT, linespacing=_LINE)
        width = drawn.get_window_extent().width
        drawn.remove()
        return width

    def arrow(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str | None = None,
        *,
        bend: float = 0,
    ) -> None:
        self._page.add_patch(arrow(start, end, colour or self.theme.faint, bend=bend))

    def image(self, picture: NDArray[np.uint8], x: float, y: float, size: float) -> None:
        """Show a square picture, its pixels as squares; x and y are its middle."""
        pixels = round(size)
        big = Image.fromarray(picture).resize((pixels, pixels), Image.Resampling.NEAREST)
        left, top = round(x - size / 2), round(y - size / 2)
        self._page.imshow(
            np.asarray(big),
            extent=(left, left + pixels, top + pixels, top),
            interpolation="none",
            aspect="auto",
        )
        self._page.set_xlim(0, WIDTH)
        self._page.set_ylim(self._height, 0)

    def column(
        self, numbers: NDArray[np.float64], x: float, y: float, width: float, height: float
    ) -> None:
        """Draw numbers of -1 .. 1 as cells above each other; x and y are the column's middle."""
        cell = height / len(numbers)
        for index, number in enumerate(numbers):
            self._page.add_patch(
                Rectangle(
                    (x - width / 2, y - height / 2 + index * cell),
                    width,
                    cell,
                    facecolor=self.theme.noise,
                    alpha=0.55 + 0.45 * float(number),
                    edgecolor=self.theme.background,
                    linewidth=2,
                )
            )

    def stack(self, x: float, y: float, size: tuple[float, float], count: int, colour: str) -> None:
        """Draw frames behind each other; x and y are the upper left corner of the first."""
        for index in reversed(range(count)):
            offset = 9 * index
            self._page.add_patch(
                Rectangle(
                    (x + offset, y - offset),
                    *size,
                    facecolor=self.theme.panel,
                    edgecolor=colour,
                    linewidth=2.5,
                )
            )

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._page.add_patch(Rectangle((x, y), width, height, facecolor=colour, edgecolor="none"))

    def chart(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return axes for data, with this upper left corner."""
        bottom = self._height - y - height
        axes = self._figure.add_axes(
            (x / WIDTH, bottom / self._height, width / WIDTH, height / self._height)
        )
        axes.set_facecolor("none")
        axes.tick_params(colors=self.theme.faint, labelsize=TEXT, length=0, pad=8)
        for side, spine in axes.spines.items():
            spine.set_visible(side in {"left", "bottom"})
            spine.set_color(self.theme.line)
            spine.set_linewidth(2)
        return axes

    def save(self, path: Path) -> None:
        """Write a PNG of at most 256 colours, which is a third of the size and looks the same."""
        canvas = self._figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        picture = Image.fromarray(np.ascontiguousarray(pixels))
        picture.quantize(256, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)


def arrow(
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    *,
    width: float = 4,
    bend: float = 0,
) -> FancyArrowPatch:
    """Return an arrow to add to axes, in their data's coordinates."""
    return FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>,head_length=9,head_width=6",
        mutation_scale=1.6,
        connectionstyle=f"arc3,rad={bend}",
        color=colour,
        linewidth=width,
        shrinkA=0,
        shrinkB=0,
        zorder=3,
    )
