"""What a person typed into a command, checked against the command's definition."""

from collections.abc import Iterator
from typing import Any

from bot.emulator.human.refusal import Fault, Refusal
from bot.emulator.wire import Payload

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11

_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
}
_TYPE_NAMES = {STRING: "text", INTEGER: "a whole number", BOOLEAN: "true or false"}
_LONGEST_TEXT = 6000
_LARGEST_NUMBER = 2**53


def checked_options(
    definition: Payload, given: list[Payload], *, partial: bool = False
) -> list[Payload]:
    """The options as the bot gets them; `partial` is for autocomplete, in the middle of typing.

    Raises `Refusal` naming each option that a Discord client would not send.
    """
    faults: list[Fault] = []
    options = _checked(definition.get("options") or [], given, faults, partial=partial)
    if faults:
        raise Refusal(400, *faults)
    return options


def leaves(options: list[Payload]) -> Iterator[Payload]:
    """The options that hold values, out of any subcommand."""
    for option in options:
        if option["type"] in (SUBCOMMAND, GROUP):
            yield from leaves(option.get("options", []))
        else:
            yield option


def _checked(
    definitions: list[Payload], given: list[Payload], faults: list[Fault], *, partial: bool
) -> list[Payload]:
    known = {definition["name"]: definition for definition in definitions}
    checked: list[Payload] = []
    for option in given:
        definition = known.get(option.get("name", ""))
        if definition is None:
            faults.append(Fault(option.get("name"), "There is no such option."))
        else:
            checked.append(_checked_one(definition, option, faults, partial=partial))
    if not partial:
        faults.extend(_missing(definitions, {option["name"] for option in checked}))
    return checked


def _missing(definitions: list[Payload], names: set[str]) -> Iterator[Fault]:
    nested = [d["name"] for d in definitions if d["type"] in (SUBCOMMAND, GROUP)]
    if nested and not names & set(nested):
        yield Fault(None, f"Choose one of: {', '.join(nested)}.")
    for definition in definitions:
        if definition.get("required") and definition["name"] not in names:
            yield Fault(definition["name"], "This option is required.")


def _checked_one(
    definition: Payload, option: Payload, faults: list[Fault], *, partial: bool
) -> Payload:
    checked: Payload = {"name": definition["name"], "type": definition["type"]}
    if definition["type"] in (SUBCOMMAND, GROUP):
        nested: list[Payload] = definition.get("options") or []
        inside: list[Payload] = option.get("options") or []
        return {**checked, "options": _checked(nested, inside, faults, partial=partial)}
    value = option.get("value")
    if option.get("focused"):
        return {**checked, "value": value, "focused": True}
    fault = _fault(definition, value)
    if fault is not None and not partial:
        faults.append(Fault(definition["name"], fault))
    return {**checked, "value": value}


def _fault(definition: Payload, value: Any) -> str | None:
    """What is wrong with a value, if anything."""
    kind: int = definition["type"]
    if type(value) not in _TYPES.get(kind, (str,)):
        return f"Enter {_TYPE_NAMES.get(kind, 'a number' if kind == NUMBER else 'an id')}."
    choices: list[Payload] = definition.get("choices") or []
    if choices and value not in [choice["value"] for choice in choices]:
        return f"Choose one of: {', '.join(choice['name'] for choice in choices)}."
    if kind == STRING:
        return _length_fault(definition, value)
    if kind in (INTEGER, NUMBER):
        return _range_fault(definition, value)
    return None


def _length_fault(definition: Payload, value: str) -> str | None:
    shortest = definition.get("min_length") or 0
    longest = definition.get("max_length") or _LONGEST_TEXT
    if not value and definition.get("required"):
        return "This option is required."
    if len(value) < shortest:
        return f"Enter at least {shortest} characters."
    if len(value) > longest:
        return f"Enter at most {longest} characters."
    return None


def _range_fault(definition: Payload, value: float) -> str | None:
    lowest, highest = definition.get("min_value"), definition.get("max_value")
    if value < (-_LARGEST_NUMBER if lowest is None else lowest):
        return f"Enter at least {-_LARGEST_NUMBER if lowest is None else lowest}."
    if value > (_LARGEST_NUMBER if highest is None else highest):
        return f"Enter at most {_LARGEST_NUMBER if highest is None else highest}."
    return None
