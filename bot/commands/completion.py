"""What is offered while an option is typed: from memory, the best matches first."""

from collections.abc import Iterable, Sequence

from discord import app_commands

from bot.client import Interaction, ZoetropeClient
from bot.commands.asking import complete
from bot.errors import Refusal
from bot.i18n import _
from bot.jobs.shapes import ASPECTS, size_of_aspect
from bot.jobs.wish import Wish
from generator import ModelSpec

_SHOWN = 25
_LENGTH = 100

Named = tuple[str, str]
"""What is shown, and what it stands for."""


def best_matches(typed: str, named: Iterable[Named]) -> list[app_commands.Choice[str]]:
    """Return up to 25 choices that have what was typed, those that begin with it first."""
    sought = typed.strip().casefold()
    ranked = [
        (rank, app_commands.Choice(name=name[:_LENGTH], value=value))
        for name, value in named
        if (rank := _rank(sought, name.casefold(), value.casefold())) is not None
    ]
    return [choice for _, choice in sorted(ranked, key=lambda pair: pair[0])[:_SHOWN]]


def _rank(sought: str, *texts: str) -> int | None:
    """Return 0 for what was typed in full, then its beginning, a word's, any place; None is no."""
    ranks: Sequence[bool] = (
        sought in texts,
        any(text.startswith(sought) for text in texts),
        any(word.startswith(sought) for text in texts for word in text.replace("-", " ").split()),
        any(sought in text for text in texts),
    )
    return next((rank for rank, matches in enumerate(ranks) if matches), None)


async def complete_model(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer the catalogue's models; those that would take hours on this device come last."""
    client = interaction.client
    here = sorted(client.catalogue, key=lambda spec: _is_too_slow(client, spec))
    return best_matches(current, ((f"{spec.title} ({spec.name})", spec.name) for spec in here))


async def complete_style(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer the styles, by their names in the reader's language."""
    return best_matches(current, ((_(name), name) for name in interaction.client.styles))


async def complete_size(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer sizes of the model chosen so far: its own, and one for each shape."""
    spec = await _chosen_model(interaction)
    return [] if spec is None else best_matches(current, _sizes(spec))


async def complete_lora(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Offer the LoRAs of the model chosen so far."""
    spec = await _chosen_model(interaction)
    return [] if spec is None else best_matches(current, ((name, name) for name in _loras(spec)))


def _sizes(spec: ModelSpec) -> Iterable[Named]:
    usual = spec.defaults
    native = f"{usual.width}x{usual.height}"
    yield _("{size} (native)").format(size=native), native
    offered = {native}
    for aspect in ASPECTS:
        (width, height), note = size_of_aspect(aspect, spec, usual)
        if note is None and (size := f"{width}x{height}") not in offered:
            offered.add(size)
            yield f"{size} ({aspect})", size


def _loras(spec: ModelSpec) -> Iterable[str]:
    return spec.optional_loras


async def _chosen_model(interaction: Interaction) -> ModelSpec | None:
    try:
        spec, _, _ = await complete(interaction, Wish(model=interaction.namespace.model))
    except Refusal:
        return None
    return spec


def _is_too_slow(client: ZoetropeClient, spec: ModelSpec) -> bool:
    device = client.generator_watch.device
    return spec.memory.needs_gpu and device is not None and device.device == "cpu"
