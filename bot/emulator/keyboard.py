"""What a person types and picks, as the bodies of the human API's requests."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from bot.emulator.components import ComponentType
from bot.emulator.shown import Modal
from bot.emulator.wire import Payload


class File(msgspec.Struct, frozen=True):
    """A file to hand to an attachment option or an upload field."""

    filename: str
    data: bytes


def command_body(name: str, values: Mapping[str, Any], *, focused: str | None = None) -> Payload:
    """A command with its options; subcommands follow the name after spaces.

    The types of the options are left to the server, which knows them.
    """
    command, *subcommands = name.split()
    files: list[Payload] = []
    options: list[Payload] = [
        {"name": key, "value": _plain(value, files)} for key, value in values.items()
    ]
    for option in options:
        if option["name"] == focused:
            option["focused"] = True
    for subcommand in reversed(subcommands):
        options = [{"name": subcommand, "options": options}]
    return {"name": command, "options": options, "attachments": files}


def modal_body(modal: Modal, values: Mapping[str, Any]) -> Payload:
    """A modal filled in by custom id; lists are for menus, boxes and uploads."""
    unknown = values.keys() - modal.fields.keys()
    assert not unknown, f"the modal has no {unknown}"
    files: list[Payload] = []
    filled: list[Payload] = []
    for custom_id, value in values.items():
        key = "values" if isinstance(value, list) else "value"
        component: Payload = {**modal.fields[custom_id], key: _plain(value, files)}
        filled.append({"type": ComponentType.LABEL, "component": component})
    return {
        "modal_interaction_id": modal.interaction_id,
        "custom_id": modal.custom_id,
        "components": filled,
        "attachments": files,
    }


def as_json(files: Iterable[File]) -> list[Payload]:
    """Files of a message."""
    plain: list[Payload] = []
    for file in files:
        _plain(file, plain)
    return plain


def _plain(value: Any, files: list[Payload]) -> Any:
    """A value as JSON; a file becomes the id under which it is added to `files`."""
    if isinstance(value, list):
        return [_plain(item, files) for item in cast(list[Any], value)]
    if not isinstance(value, File):
        return value
    file_id = str(len(files))
    text = base64.b64encode(value.data).decode()
    files.append({"id": file_id, "filename": value.filename, "data_base64": text})
    return file_id
