"""What Discord refuses in one menu, text field or button: parts that do not go together."""

from collections.abc import Sequence

from bot.emulator.components import LINK_STYLE, PREMIUM_STYLE
from bot.emulator.errors import Path, Problems
from bot.emulator.rules import is_emoji
from bot.emulator.wire import Payload

_MOST_OPTIONS = 25
_LONGEST_TEXT = 4000


def check_menu(menu: Payload, at: Path, problems: Problems, *, required: bool) -> None:
    """A menu, its options if it has some; `required` is what holds where it does not say."""
    least, most = _number(menu, "min_values", 1), _number(menu, "max_values", 1)
    if _or(menu.get("required"), required) and least == 0:
        code = "SELECT_COMPONENT_REQUIRED_ZERO_MIN_VALUES"
        message = "Select menus marked as required cannot have a min_values of 0"
        problems.add([*at, "min_values"], code, message)
    if least > most:
        message = f"int value should be less than or equal to {most}."
        problems.add([*at, "min_values"], "NUMBER_TYPE_MAX", message)
    options: Sequence[Payload] | None = menu.get("options")
    if options is not None:
        check_options(options, [*at, "options"], problems, most=most)


def check_options(
    options: Sequence[Payload], at: Path, problems: Problems, *, most: int = 1
) -> None:
    """Options of which at most so many may be chosen."""
    if len(options) < most:
        message = f"Must be between {most} and {_MOST_OPTIONS} in length."
        problems.add(at, "BASE_TYPE_BAD_LENGTH", message)
    if sum(option.get("default") is True for option in options) > most:
        message = "More options are chosen than may be"
        problems.add(at, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)
    values: set[object] = set()
    for index, option in enumerate(options):
        if option.get("value") in values:
            code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
            problems.add([*at, index], code, "The specified option value is already used")
        values.add(option.get("value"))


def check_text_input(field: Payload, at: Path, problems: Problems) -> None:
    """What stands in it from the start is no longer, and no shorter, than what may be typed."""
    shortest, longest = _number(field, "min_length", 0), _number(field, "max_length", _LONGEST_TEXT)
    if shortest > longest:
        message = f"int value should be less than or equal to {longest}."
        problems.add([*at, "min_length"], "NUMBER_TYPE_MAX", message)
    value: str = field.get("value") or ""
    if value and not shortest <= len(value) <= longest:
        message = f"Must be between {shortest} and {longest} in length."
        problems.add([*at, "value"], "BASE_TYPE_BAD_LENGTH", message)


def check_emoji(component: Payload, at: Path, problems: Problems) -> None:
    emoji: Payload = component.get("emoji") or {}
    if emoji and not emoji.get("id") and not is_emoji(emoji.get("name") or ""):
        problems.add([*at, "emoji", "name"], "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def check_button(button: Payload, at: Path, problems: Problems) -> None:
    check_emoji(button, at, problems)
    needs = {LINK_STYLE: "url", PREMIUM_STYLE: "sku_id"}.get(button.get("style", 0), "custom_id")
    for key in ("url", "sku_id", "custom_id"):
        if (button.get(key) is not None) != (key == needs):
            problems.add(
                [*at, key],
                "BUTTON_COMPONENT_INVALID",
                f"A button of this style has one of: {needs}",
            )
    if needs != "sku_id" and not (button.get("label") or button.get("emoji")):
        problems.add(
            [*at, "label"], "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or an emoji is required"
        )


def _number(component: Payload, key: str, usual: int) -> int:
    """What a component says; what is no number is refused elsewhere."""
    value = component.get(key)
    return value if isinstance(value, int) else usual


def _or(value: object, usual: bool) -> bool:
    return value if isinstance(value, bool) else usual
