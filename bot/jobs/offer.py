"""What there is to choose from, and who of it can do what a wish needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import Refusal
from bot.i18n import _
from bot.jobs.wish import Wish
from bot.styles import Style, Styles
from bot.texts import wishes
from generator import ModelSpec

_ABILITIES: Mapping[str, tuple[Callable[[Wish], object], Callable[[ModelSpec], object]]] = {
    "image": (lambda wish: wish.has_image, lambda spec: spec.image_to_video),
    "negative_prompt": (lambda wish: wish.negative_prompt, lambda spec: spec.negative_prompt),
    "style": (lambda wish: wish.style, lambda spec: not spec.small_world),
    "lora": (lambda wish: wish.lora, lambda spec: spec.optional_loras),
    "guidance": (
        lambda wish: wish.guidance not in (None, 1.0),
        lambda spec: spec.max_guidance_scale > 1,
    ),
}
"""Options that not every model takes: whether a wish has one, and whether a model takes it."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The models that run here, and the styles."""

    models: Sequence[ModelSpec] = ()
    styles: Styles = field(default_factory=dict[str, Style])

    def with_option(self, option: str) -> list[ModelSpec]:
        """Return the models that take an option."""
        _, takes = _ABILITIES[option]
        return [spec for spec in self.models if takes(spec)]

    def check(self, wish: Wish, spec: ModelSpec) -> None:
        """Raises `Refusal` for an option the model lacks, with the models that have it."""
        for option, (asked, takes) in _ABILITIES.items():
            if asked(wish) and not takes(spec):
                others = [other.name for other in self.with_option(option)]
                raise Refusal(wishes.option_lacking(option, spec.title, others))
        if wish.lora and wish.lora not in spec.optional_loras:
            raise Refusal(wishes.no_such_lora(wish.lora, spec.title, list(spec.optional_loras)))

    def style(self, name: str | None) -> str | None:
        """Return a style's name from what was typed, in English or the reader's language.

        None is no style. Raises `Refusal` that lists those there are.
        """
        if not name:
            return None
        typed = name.strip().casefold()
        for known in self.styles:
            if typed in (known.casefold(), _(known).casefold()):
                return known
        raise Refusal(wishes.no_such_style(name, [_(known) for known in self.styles]))


def takes(spec: ModelSpec, option: str) -> bool:
    """Tell whether a model takes an option that not every model takes."""
    return bool(_ABILITIES[option][1](spec))
