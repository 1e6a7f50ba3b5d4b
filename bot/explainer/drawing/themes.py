"""The colours of pictures, light and dark."""

from dataclasses import dataclass

from bot.explainer.picture import Theme


@dataclass(frozen=True)
class Colours:
    """What each colour is for; a hue means the same in every picture."""

    background: str
    panel: str
    text: str
    faint: str
    line: str
    network: str
    clip: str
    noise: str
    prompt: str


THEMES: dict[Theme, Colours] = {
    "dark": Colours(
        background="#2b2d31",
        panel="#3a3c43",
        text="#f4f5f7",
        faint="#c3c7ce",
        line="#80848e",
        network="#b39dff",
        clip="#5fd3a2",
        noise="#ffb454",
        prompt="#6cc7ff",
    ),
    "light": Colours(
        background="#ffffff",
        panel="#eceef3",
        text="#1e1f22",
        faint="#4a4d55",
        line="#8a8e99",
        network="#5b3fd6",
        clip="#0b7a4b",
        noise="#a85400",
        prompt="#0067a8",
    ),
}
