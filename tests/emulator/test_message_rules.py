"""What Discord refuses in messages and modals although its OpenAPI document would let it pass."""

import pytest

from bot.emulator.component_rules import check_modal
from bot.emulator.errors import DiscordError, Problems
from bot.emulator.message_rules import Contents, check_contents
from bot.emulator.wire import Payload


def button(custom_id: str = "a", **changes: object) -> Payload:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": custom_id, **changes}


def row(*inside: Payload) -> Payload:
    return {"type": 1, "components": list(inside)}


def display(text: str) -> Payload:
    return {"type": 10, "content": text}


def label(component: Payload) -> Payload:
    return {"type": 18, "label": "Name", "component": component}


def text_input(custom_id: str = "a", **changes: object) -> Payload:
    return {"type": 4, "style": 1, "custom_id": custom_id, **changes}


def menu(*values: str, **changes: object) -> Payload:
    options = [{"label": value, "value": value} for value in values]
    return {"type": 3, "custom_id": "m", "options": options, **changes}


def upload(**changes: object) -> Payload:
    return {"type": 19, "custom_id": "u", **changes}


def contents(
    content: str = "",
    *,
    embeds: list[Payload] | None = None,
    components: list[Payload] | None = None,
    v2: bool = False,
) -> Contents:
    return Contents(content, embeds or [], components or [], frozenset({"there.png"}), v2)


MENU: Payload = {"type": 3, "custom_id": "m", "options": [{"label": "a", "value": "a"}]}
SECTION_WITHOUT_ACCESSORY: Payload = {"type": 9, "components": [display("hi")]}
MISSING_PICTURE: Payload = {"type": 12, "items": [{"media": {"url": "attachment://gone.png"}}]}


@pytest.mark.parametrize(
    ("faulty", "path", "code"),
    [
        (contents("x" * 2001), "content", "BASE_TYPE_MAX_LENGTH"),
        (contents(embeds=[{"title": "x" * 257}]), "embeds.0.title", "BASE_TYPE_BAD_LENGTH"),
        (contents(embeds=[{"video": {}}]), "embeds.0.video", "UNKNOWN_KEY"),
        (
            contents(embeds=[{"fields": [{"name": "a"}]}]),
            "embeds.0.fields.0.value",
            "BASE_TYPE_REQUIRED",
        ),
        (
            contents(embeds=[{"description": "x" * 3500}] * 2),
            "embeds",
            "MAX_EMBED_SIZE_EXCEEDED",
        ),
        (contents("x", embeds=[{"title": "a"}] * 11), "embeds", "BASE_TYPE_MAX_LENGTH"),
        (
            contents(embeds=[{"image": {"url": "attachment://gone.png"}}]),
            "attachments",
            "REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        (
            contents(components=[row(button(), button())]),
            "components.0.components.1.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            contents(components=[row(button(custom_id="x" * 101))]),
            "components.0.components.0.custom_id",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            contents(components=[row({"type": 2, "style": 1, "label": "Press"})]),
            "components.0.components.0.custom_id",
            "BUTTON_COMPONENT_INVALID",
        ),
        (
            contents(components=[row(button(style=5))]),
            "components.0.components.0.url",
            "BUTTON_COMPONENT_INVALID",
        ),
        (
            contents(components=[row(button(label=""))]),
            "components.0.components.0.label",
            "BUTTON_COMPONENT_LABEL_REQUIRED",
        ),
        (
            contents(components=[row(*(button(str(n)) for n in range(6)))]),
            "components.0.components",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            contents(components=[row(button(str(n))) for n in range(6)]),
            "components",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            contents(components=[row(MENU, button())]),
            "components.0.components",
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
        ),
        (
            contents(components=[display("without the flag")]),
            "components.0.type",
            "UNION_TYPE_CHOICES",
        ),
        (contents(components=[button()]), "components.0.type", "UNION_TYPE_CHOICES"),
        (
            contents("text", components=[display("hi")], v2=True),
            "content",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (
            contents(components=[display("x" * 2001)] * 2, v2=True),
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
        ),
        (
            contents(components=[display("x")] * 41, v2=True),
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
        ),
        (
            contents(components=[SECTION_WITHOUT_ACCESSORY], v2=True),
            "components.0.accessory",
            "BASE_TYPE_REQUIRED",
        ),
        (
            contents(components=[MISSING_PICTURE], v2=True),
            "attachments",
            "REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        (
            contents(components=[row(button(colour="red"))]),
            "components.0.components.0.colour",
            "UNKNOWN_KEY",
        ),
        (
            contents(components=[row(button(disabled="yes"))]),
            "components.0.components.0.disabled",
            "BASE_TYPE_BAD_TYPE",
        ),
        (
            contents(components=[row(button(emoji={"name": "x"}))]),
            "components.0.components.0.emoji.name",
            "BUTTON_COMPONENT_INVALID_EMOJI",
        ),
        (
            contents(components=[row(menu("a", "a"))]),
            "components.0.components.0.options.1",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (
            contents(components=[row(menu("a", max_values=2))]),
            "components.0.components.0.options",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            contents(components=[row(menu("a", "b", min_values=2))]),
            "components.0.components.0.min_values",
            "NUMBER_TYPE_MAX",
        ),
        (  # discord.py says so of every menu that is not told otherwise
            contents(components=[row(menu("a", min_values=0, required=True))]),
            "components.0.components.0.min_values",
            "SELECT_COMPONENT_REQUIRED_ZERO_MIN_VALUES",
        ),
    ],
)
def test_faulty_message_is_refused_by_path_and_code(faulty: Contents, path: str, code: str) -> None:
    with pytest.raises(DiscordError) as refused:
        check_contents(faulty, ())
    assert refused.value.status == 400
    assert _codes(refused.value.payload["errors"], path) == [code]


@pytest.mark.parametrize(
    "sound",
    [
        contents("hello"),
        contents(embeds=[{"title": "a", "image": {"url": "attachment://there.png"}}]),
        contents(components=[row(button("a"), button("b", emoji={"name": "✏️"})), row(MENU)]),
        contents(components=[row(menu("a", "b", min_values=0, max_values=2))]),
        contents(components=[{"type": 17, "components": [display("hi"), row(button())]}], v2=True),
    ],
)
def test_sound_message_passes(sound: Contents) -> None:
    check_contents(sound, ())


@pytest.mark.parametrize("nothing", ["", " \n "])
def test_message_with_nothing_to_show_is_50006(nothing: str) -> None:
    with pytest.raises(DiscordError) as refused:
        check_contents(Contents(nothing, [], [], frozenset(), v2=False), ())
    assert refused.value.payload["code"] == 50006


@pytest.mark.parametrize(
    ("components", "path"),
    [
        ([label(text_input(str(n))) for n in range(6)], "data.components"),
        ([], "data.components"),
        ([label(text_input(disabled=True))], "data.components.0.component.disabled"),
        ([label(button())], "data.components.0.component.type"),
        ([row(button())], "data.components.0.components.0.type"),
        ([label(text_input()), label(text_input())], "data.components.1.component.custom_id"),
        ([label(text_input(placeholder="x" * 101))], "data.components.0.component.placeholder"),
        ([{**label(text_input()), "label": "x" * 46}], "data.components.0.label"),
        ([label(text_input(value="long", max_length=3))], "data.components.0.component.value"),
        ([label(text_input(value="s", min_length=2))], "data.components.0.component.value"),
        (
            [label(text_input(min_length=3, max_length=2))],
            "data.components.0.component.min_length",
        ),
        ([label(menu("a", min_values=0))], "data.components.0.component.min_values"),
        ([label(upload(min_values=0))], "data.components.0.component.min_values"),
    ],
)
def test_faulty_modal_is_refused_by_its_path(components: list[Payload], path: str) -> None:
    problems = Problems()
    check_modal({"title": "Edit", "custom_id": "e", "components": components}, problems)
    with pytest.raises(DiscordError) as refused:
        problems.raise_if_any()
    assert _codes(refused.value.payload["errors"], path)


def test_modal_title_is_at_most_45_characters() -> None:
    problems = Problems()
    modal = {"title": "x" * 46, "custom_id": "e", "components": [label(text_input())]}
    check_modal(modal, problems)
    with pytest.raises(DiscordError):
        problems.raise_if_any()


def _codes(errors: Payload, path: str) -> list[str]:
    """The codes of the faults at a path."""
    for step in path.split("."):
        errors = errors[step]
    return [fault["code"] for fault in errors["_errors"]]
