"""Whether a change of a server's settings makes sense: for the model, and for who runs the bot."""

from typing import Any

import msgspec

from bot.client import ZoetropeClient
from bot.commands.asking import check_device, resolve_model
from bot.commands.managing import Draft
from bot.errors import Refusal
from bot.jobs.ceilings import check_defaults
from bot.jobs.limits import check_seconds, check_steps
from bot.jobs.rules import (
    SERVER_WIDE,
    GuildRules,
    combined,
    given,
    with_model,
    without_lost_model,
)
from bot.jobs.shapes import check_size
from bot.settings import Settings
from bot.texts import refusals, settings
from generator import ModelSpec


async def lay_over(client: ZoetropeClient, draft: Draft, changes: dict[str, Any]) -> None:
    """Make changes to the draft and check the whole against the model. Raises `Refusal`.

    Steps, length and size belong to a model, so a new model forgets the old one's.
    """
    if not changes:
        raise Refusal(refusals.NOTHING_TO_SET)
    _check_operators(changes, client.settings)
    if draft.channel_id is not None and changes.keys() & SERVER_WIDE:
        raise Refusal(settings.NOT_FOR_CHANNELS)
    kept = without_lost_model(draft.rules, client.catalogue)
    rules = with_model(kept, changes.get("model", kept.model))
    rules = msgspec.structs.replace(rules, **changes)
    server = without_lost_model(draft.server, client.catalogue)
    in_force = rules if draft.channel_id is None else combined(server, rules)
    spec = await resolve_model(client, None, in_force)
    await check_device(client, spec)
    _check_numbers(in_force, spec)
    if not given(rules).keys().isdisjoint({"steps", "seconds", "size"}):
        rules = msgspec.structs.replace(rules, model=spec.name)
    draft.rules = rules


def _check_numbers(rules: GuildRules, spec: ModelSpec) -> None:
    """Raises `Refusal` for usual numbers that the model cannot meet, or that are not allowed."""
    if rules.model in (None, spec.name):
        check_steps(rules.steps, spec)
        if rules.seconds is not None:
            check_seconds(rules.seconds, spec)
        if rules.size is not None:
            check_size(rules.size, spec)
    check_defaults(rules)


def _check_operators(changes: dict[str, Any], limits: Settings) -> None:
    """Raises `Refusal` for what goes beyond what who runs the bot allows."""
    waiting, days = changes.get("waiting_per_user") or 0, changes.get("retention_days") or 0
    if waiting > limits.max_waiting_per_user:
        raise Refusal(settings.above_operators("waiting", str(limits.max_waiting_per_user)))
    if limits.retention_days and days > limits.retention_days:
        most = settings.days(limits.retention_days)
        raise Refusal(settings.above_operators("retention_days", most))
    if changes.get("previews") and not limits.previews:
        raise Refusal(settings.PREVIEWS_OFF)
