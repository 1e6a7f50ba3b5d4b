"""The names of the styles in styles.toml, for the catalogues."""

from typing import Final

from bot.i18n import N_

SHIPPED: Final = (
    N_("Cinematic"),
    N_("Documentary"),
    N_("Film noir"),
    N_("Old film"),
    N_("Anime"),
    N_("Paper cut-out"),
    N_("Clay"),
    N_("Watercolour"),
    N_("Oil painting"),
    N_("Pencil sketch"),
    N_("Pixel art"),
    N_("Toy box"),
    N_("Neon night"),
    N_("Slow motion"),
)
