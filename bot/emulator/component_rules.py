"""What Discord refuses in components: wrong fields or nesting, too many, one custom id twice."""

from collections import Counter
from collections.abc import Sequence

from bot.emulator.components import (
    SELECTS,
    ComponentType,
    Place,
    walk,
)
from bot.emulator.errors import Path, Problems
from bot.emulator.field_rules import (
    check_button,
    check_emoji,
    check_menu,
    check_options,
    check_text_input,
)
from bot.emulator.rules import (
    FLAG,
    OBJECT,
    SNOWFLAKE,
    Table,
    check_keys,
    listing,
    number,
    text,
)
from bot.emulator.wire import Payload

C = ComponentType

_CUSTOM_ID = text(1, 100, required=True)
_MENU: Table = {
    "custom_id": _CUSTOM_ID,
    "placeholder": text(0, 150),
    "min_values": number(0, 25),
    "max_values": number(1, 25),
    "disabled": FLAG,
    "required": FLAG,
    "default_values": listing(0, 25),
}
_CHOICES_OF_MODAL: Table = {"custom_id": _CUSTOM_ID, "required": FLAG}
_TABLES: dict[int, Table] = {
    C.ACTION_ROW: {"components": listing(1, 5, required=True)},
    C.BUTTON: {
        "style": number(1, 6, required=True),
        "label": text(0, 80),
        "emoji": OBJECT,
        "custom_id": text(1, 100),
        "url": text(1, 512),
        "sku_id": SNOWFLAKE,
        "disabled": FLAG,
    },
    C.STRING_SELECT: {**_MENU, "options": listing(1, 25, required=True)},
    C.USER_SELECT: _MENU,
    C.ROLE_SELECT: _MENU,
    C.MENTIONABLE_SELECT: _MENU,
    C.CHANNEL_SELECT: {**_MENU, "channel_types": listing(0, 25)},
    C.TEXT_INPUT: {
        "custom_id": _CUSTOM_ID,
        "style": number(1, 2, required=True),
        "label": text(1, 45),
        "min_length": number(0, 4000),
        "max_length": number(1, 4000),
        "required": FLAG,
        "value": text(0, 4000),
        "placeholder": text(0, 100),
    },
    C.SECTION: {"components": listing(1, 3, required=True), "accessory": OBJECT},
    C.TEXT_DISPLAY: {"content": text(1, 4000, required=True)},
    C.THUMBNAIL: {"media": OBJECT, "description": text(0, 1024), "spoiler": FLAG},
    C.MEDIA_GALLERY: {"items": listing(1, 10, required=True)},
    C.FILE: {"file": OBJECT, "spoiler": FLAG},
    C.SEPARATOR: {"divider": FLAG, "spacing": number(1, 2)},
    C.CONTAINER: {
        "components": listing(1, 39, required=True),
        "accent_color": number(0, 0xFFFFFF),
        "spoiler": FLAG,
    },
    C.LABEL: {
        "label": text(1, 45, required=True),
        "description": text(0, 100),
        "component": OBJECT._replace(required=True),
    },
    C.FILE_UPLOAD: {
        **_CHOICES_OF_MODAL,
        "min_values": number(0, 10),
        "max_values": number(1, 10),
    },
    C.RADIO_GROUP: {**_CHOICES_OF_MODAL, "options": listing(2, 10, required=True)},
    C.CHECKBOX_GROUP: {
        **_CHOICES_OF_MODAL,
        "options": listing(1, 10, required=True),
        "min_values": number(0, 10),
        "max_values": number(1, 10),
    },
    C.CHECKBOX: {"custom_id": _CUSTOM_ID, "default": FLAG},
}
_EVERY: Table = {"type": number(1, 23, required=True), "id": number(0, 2**31 - 1)}
_OPTION: Table = {
    "label": text(1, 100, required=True),
    "value": text(1, 100, required=True),
    "description": text(0, 100),
    "emoji": OBJECT,
    "default": FLAG,
}

_TOP_LEVEL = frozenset(
    {C.ACTION_ROW, C.TEXT_DISPLAY, C.SECTION, C.MEDIA_GALLERY, C.FILE, C.SEPARATOR, C.CONTAINER}
)
_IN_LABEL = SELECTS | {C.TEXT_INPUT, C.FILE_UPLOAD, C.RADIO_GROUP, C.CHECKBOX_GROUP, C.CHECKBOX}
_MAY_CONTAIN: dict[int, frozenset[int]] = {
    C.ACTION_ROW: frozenset({C.BUTTON}) | SELECTS,
    C.SECTION: frozenset({C.TEXT_DISPLAY, C.BUTTON, C.THUMBNAIL}),
    C.CONTAINER: _TOP_LEVEL - {C.CONTAINER},
}

_MOST_COMPONENTS = 40
_MOST_LEGACY_ROWS = 5
_MOST_IN_MODAL = 5
_LONGEST_TEXT = 4000


def check_message_components(
    tree: Sequence[Payload], at: Path, *, v2: bool, problems: Problems
) -> None:
    """The components of a message; only with `v2` anything but action rows is allowed."""
    top = _TOP_LEVEL if v2 else frozenset({C.ACTION_ROW})
    if not v2 and len(tree) > _MOST_LEGACY_ROWS:
        problems.add(at, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    _check_nesting(tree, top, _MAY_CONTAIN, at, problems)
    _check_each(tree, at, problems, required=False)
    if v2:
        _check_v2_totals(tree, at, problems)


def check_modal(modal: Payload, problems: Problems) -> None:
    """A modal's title, custom id and components."""
    at: Path = ("data",)
    keys: Table = {
        "custom_id": _CUSTOM_ID,
        "title": text(1, 45, required=True),
        "components": listing(1, _MOST_IN_MODAL, required=True),
    }
    check_keys(modal, keys, at, problems)
    tree: list[Payload] = modal.get("components") or []
    nesting: dict[int, frozenset[int]] = {
        C.LABEL: _IN_LABEL,
        C.ACTION_ROW: frozenset({C.TEXT_INPUT}),
    }
    top = frozenset({C.LABEL, C.ACTION_ROW, C.TEXT_DISPLAY})
    _check_nesting(tree, top, nesting, [*at, "components"], problems)
    _check_each(tree, [*at, "components"], problems, required=True)
    for path, component in walk(tree):
        if component.get("disabled"):
            where = [*at, "components", *path, "disabled"]
            problems.add(where, "MODAL_COMPONENT_DISABLED", "Not allowed in a modal.")


def _check_nesting(
    tree: Sequence[Payload],
    top: frozenset[int],
    may_contain: dict[int, frozenset[int]],
    at: Path,
    problems: Problems,
) -> None:
    kinds = {path: component.get("type") for path, component in walk(tree)}
    for path, kind in kinds.items():
        parent = _parent_kind(path, kinds)
        allowed = top if parent is None else may_contain.get(parent, frozenset())
        if kind not in allowed:
            choices = ", ".join(str(int(choice)) for choice in sorted(allowed))
            message = f"Value of field 'type' must be one of ({choices})."
            problems.add([*at, *path, "type"], "UNION_TYPE_CHOICES", message)


def _parent_kind(path: Place, kinds: dict[Place, int | None]) -> int | None:
    """The type of the component around the one at `path`; None at the top."""
    around = [path[:length] for length in range(len(path) - 1, 0, -1) if path[:length] in kinds]
    return kinds[around[0]] if around else None


def _check_each(tree: Sequence[Payload], at: Path, problems: Problems, *, required: bool) -> None:
    """`required` tells whether menus must be filled in that do not say."""
    custom_ids: Counter[str] = Counter()
    for path, component in walk(tree):
        where = [*at, *path]
        check_keys(component, {**_EVERY, **_table(component)}, where, problems)
        _check_special(component, where, problems, required=required)
        custom_id = component.get("custom_id")
        if custom_id is not None:
            custom_ids[custom_id] += 1
            if custom_ids[custom_id] == 2:
                message = "Component custom id cannot be duplicated"
                problems.add([*where, "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", message)


def _table(component: Payload) -> Table:
    return _TABLES.get(component.get("type", 0), dict.fromkeys(component, SNOWFLAKE))


def _check_special(component: Payload, at: Path, problems: Problems, *, required: bool) -> None:
    """What a table cannot say about one component."""
    kind = component.get("type")
    for index, option in enumerate(component.get("options") or []):
        check_keys(option, _OPTION, [*at, "options", index], problems)
        check_emoji(option, [*at, "options", index], problems)
    if kind == C.BUTTON:
        check_button(component, at, problems)
    elif kind == C.ACTION_ROW:
        _check_row(component, at, problems)
    elif kind in SELECTS or kind in (C.CHECKBOX_GROUP, C.FILE_UPLOAD):
        check_menu(component, at, problems, required=required)
    elif kind == C.RADIO_GROUP:
        check_options(component.get("options") or [], [*at, "options"], problems)
    elif kind == C.TEXT_INPUT:
        check_text_input(component, at, problems)
    elif kind == C.SECTION and not component.get("accessory"):
        problems.add([*at, "accessory"], "BASE_TYPE_REQUIRED", "This field is required")


def _check_row(row: Payload, at: Path, problems: Problems) -> None:
    inside: list[Payload] = row.get("components") or []
    if len(inside) > 1 and any(child.get("type") in SELECTS for child in inside):
        message = "A select menu takes the whole row"
        problems.add([*at, "components"], "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_v2_totals(tree: Sequence[Payload], at: Path, problems: Problems) -> None:
    everything = [component for _, component in walk(tree)]
    if len(everything) > _MOST_COMPONENTS:
        message = f"The maximum number of components is {_MOST_COMPONENTS}"
        problems.add(at, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    texts = [c.get("content") or "" for c in everything if c.get("type") == C.TEXT_DISPLAY]
    if sum(map(len, texts)) > _LONGEST_TEXT:
        message = f"The displayable text exceeds {_LONGEST_TEXT} characters"
        problems.add(at, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
