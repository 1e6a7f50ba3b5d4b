"""Message and modal components as trees: walking them, finding one, filling in defaults."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Any, cast

from bot.emulator.wire import Payload


class ComponentType(IntEnum):
    """Discord's component types."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset({3, 5, 6, 7, 8})
"""Every kind of select menu."""
LINK_STYLE = 5
PREMIUM_STYLE = 6

Place = tuple[str | int, ...]
"""Where in a request something is, as a path of keys and indices."""

_DEFAULTS: dict[int, Payload] = {
    **{select: {"min_values": 1, "max_values": 1} for select in SELECTS},
    ComponentType.BUTTON: {"style": 1},
    ComponentType.THUMBNAIL: {"description": None, "spoiler": False},
    ComponentType.FILE: {"spoiler": False},
    ComponentType.SEPARATOR: {"divider": True, "spacing": 1},
    ComponentType.CONTAINER: {"accent_color": None, "spoiler": False},
}
"""What Discord fills in when it is left out, by component type."""


def children(component: Payload) -> Iterator[tuple[Place, Payload]]:
    """The components directly inside one, each with its path from there."""
    for index, child in enumerate(_objects(component.get("components"))):
        yield ("components", index), child
    for key in ("accessory", "component"):
        child = component.get(key)
        if isinstance(child, dict):
            yield (key,), cast(Payload, child)


def walk(components: Sequence[Payload], at: Place = ()) -> Iterator[tuple[Place, Payload]]:
    """Every component, nested ones after their parents, with its path."""
    for index, component in enumerate(components):
        yield from _walk_one(component, (*at, index))


def find(components: Sequence[Payload], custom_id: str) -> Payload | None:
    """The component with that custom id."""
    matches = (c for _, c in walk(components) if c.get("custom_id") == custom_id)
    return next(matches, None)


def media_items(component: Payload) -> list[Payload]:
    """The media a component shows: {"url": ...}, often "attachment://name"."""
    found = [component.get("media"), component.get("file")]
    found += [item.get("media") for item in _objects(component.get("items"))]
    return [cast(Payload, media) for media in found if isinstance(media, dict)]


def complete(components: Sequence[Payload]) -> list[Payload]:
    """A copy with an id for each component and Discord's defaults filled in."""
    taken = {c["id"] for _, c in walk(components) if c.get("id")}
    fresh = (number for number in range(1, 1_000_000) if number not in taken)
    return [_complete_one(component, fresh) for component in components]


def _complete_one(component: Payload, fresh: Iterator[int]) -> Payload:
    given = {key: value for key, value in component.items() if value is not None}
    completed = {**_DEFAULTS.get(component["type"], {}), **given}
    completed["id"] = component.get("id") or next(fresh)
    if "emoji" in completed:  # one without an id is a character, and has none in answers
        completed["emoji"] = {k: v for k, v in completed["emoji"].items() if v is not None}
    if "components" in completed:
        completed["components"] = [_complete_one(c, fresh) for c in completed["components"]]
    for key in ("accessory", "component"):
        if key in completed:
            completed[key] = _complete_one(completed[key], fresh)
    return completed


def _walk_one(component: Payload, at: Place) -> Iterator[tuple[Place, Payload]]:
    yield at, component
    for path, child in children(component):
        yield from _walk_one(child, (*at, *path))


def _objects(value: Any) -> list[Payload]:
    """The JSON objects of what should be a list of them."""
    if not isinstance(value, list):
        return []
    return [item for item in cast(list[Any], value) if isinstance(item, dict)]
