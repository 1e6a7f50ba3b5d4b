"""A modal as its user filled it in, checked and put in the shape the bot gets."""

from typing import Any

from bot.emulator import components
from bot.emulator.components import SELECTS, ComponentType
from bot.emulator.human.refusal import Fault, Refusal
from bot.emulator.wire import Payload

_WITH_VALUES = SELECTS | {ComponentType.FILE_UPLOAD, ComponentType.CHECKBOX_GROUP}
_LONGEST_TEXT = 4000


def filled_in(modal: list[Payload], submitted: list[Payload]) -> list[Payload]:
    """Every component of the modal with its answer; raises `Refusal` naming the wrong ones."""
    answers = {
        component["custom_id"]: component
        for _, component in components.walk(submitted)
        if "custom_id" in component
    }
    faults: list[Fault] = []
    rows = [_filled(component, answers, faults) for component in modal]
    if faults:
        raise Refusal(400, *faults)
    return rows


def _filled(component: Payload, answers: dict[str, Payload], faults: list[Fault]) -> Payload:
    rendered: Payload = {"type": component["type"], "id": component["id"]}
    if "components" in component:
        rendered["components"] = [_filled(c, answers, faults) for c in component["components"]]
    if "component" in component:
        rendered["component"] = _filled(component["component"], answers, faults)
    custom_id = component.get("custom_id")
    if custom_id is None:
        return rendered
    answer = answers.get(custom_id, {})
    key = "values" if component["type"] in _WITH_VALUES else "value"
    value = answer.get(key, _unanswered(component))
    fault = _fault(component, value)
    if fault is not None:
        faults.append(Fault(custom_id, fault))
    return {**rendered, "custom_id": custom_id, key: value}


def _unanswered(component: Payload) -> Any:
    """What a component sends that nobody touched."""
    kind = component["type"]
    options: list[Payload] = component.get("options") or []
    preset = [option["value"] for option in options if option.get("default")]
    if kind in _WITH_VALUES:
        return preset
    if kind == ComponentType.CHECKBOX:
        return bool(component.get("default", False))
    if kind == ComponentType.RADIO_GROUP:
        return next(iter(preset), None)
    return component.get("value", "")


def _fault(component: Payload, value: Any) -> str | None:
    required = component.get("required", True)
    if component["type"] == ComponentType.CHECKBOX:
        return None if isinstance(value, bool) else "Enter true or false."
    if not value:
        return "This field is required." if required else None
    if component["type"] == ComponentType.TEXT_INPUT:
        return _length_fault(component, len(str(value)))
    if component["type"] in _WITH_VALUES:
        return choice_fault(component, value)
    return choice_fault(component, [value])


def _length_fault(component: Payload, length: int) -> str | None:
    if length < component.get("min_length", 0):
        return f"Enter at least {component['min_length']} characters."
    longest = component.get("max_length", _LONGEST_TEXT)
    return f"Enter at most {longest} characters." if length > longest else None


def choice_fault(component: Payload, values: list[Any]) -> str | None:
    """What is wrong with what was picked from a menu, if anything."""
    low, high = component.get("min_values", 1), component.get("max_values", 1)
    if not low <= len(values) <= high:
        return f"Choose between {low} and {high}."
    if "options" in component:
        known = [option["value"] for option in component["options"]]
        strange = [value for value in values if value not in known]
        if strange:
            return f"There is no choice {strange[0]!r}."
    return None
