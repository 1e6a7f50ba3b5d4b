"""What Discord refuses in a message, beyond what its OpenAPI document says."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.emulator.component_rules import check_message_components
from bot.emulator.entities import MessageFlag
from bot.emulator.errors import Path, Problems, empty_message, invalid
from bot.emulator.rendering import media_addresses, uploaded_name
from bot.emulator.requests import AllowedMentions, Draft
from bot.emulator.rules import FLAG, OBJECT, Key, Table, check_keys, listing, number, text
from bot.emulator.wire import Payload

_ALT_TEXT = 1024
_MOST_ATTACHMENTS = 10
_LONGEST_CONTENT = 2000
_MOST_EMBEDS = 10
_LARGEST_EMBEDS = 6000
_EMBED: Table = {
    "title": text(0, 256),
    "description": text(0, 4096),
    "url": text(1, 2048),
    "type": text(1, 32),
    "timestamp": text(1, 64),
    "color": number(0, 0xFFFFFF),
    "flags": Key(int),
    "footer": OBJECT,
    "image": OBJECT,
    "thumbnail": OBJECT,
    "author": OBJECT,
    "fields": listing(0, 25),
}
_FIELD: Table = {
    "name": text(1, 256, required=True),
    "value": text(1, 1024, required=True),
    "inline": FLAG,
}
_FOOTER: Table = {
    "text": text(0, 2048, required=True),
    "icon_url": text(1, 2048),
    "proxy_icon_url": text(1, 2048),
}
_AUTHOR: Table = {
    "name": text(0, 256, required=True),
    "url": text(1, 2048),
    "icon_url": text(1, 2048),
    "proxy_icon_url": text(1, 2048),
}


@dataclass(frozen=True)
class Contents:
    """What a message would hold, for an edit the old and the new together."""

    content: str
    embeds: list[Payload]
    components: list[Payload]
    filenames: AbstractSet[str]
    v2: bool


def check_contents(contents: Contents, at: Path) -> None:
    """Raises 400/50035 with every fault, or 400/50006 when nothing would show."""
    problems = Problems()
    if len(contents.content) > _LONGEST_CONTENT:
        message = f"Must be {_LONGEST_CONTENT} or fewer in length."
        problems.add([*at, "content"], "BASE_TYPE_MAX_LENGTH", message)
    _check_embeds(contents.embeds, [*at, "embeds"], problems)
    check_message_components(
        contents.components, [*at, "components"], v2=contents.v2, problems=problems
    )
    if contents.v2:
        _check_no_legacy(contents, at, problems)
    _check_uploaded(contents, at, problems)
    problems.raise_if_any()
    if not (
        contents.content.strip() or contents.embeds or contents.components or contents.filenames
    ):
        raise empty_message()


def check_attachments(draft: Draft, total: int) -> None:
    """The attachments list of a request; `total` is how many the message would have."""
    problems = Problems()
    if total > _MOST_ATTACHMENTS:
        message = f"Must be {_MOST_ATTACHMENTS} or fewer in length."
        problems.add([*draft.at, "attachments"], "BASE_TYPE_MAX_LENGTH", message)
    for index, entry in enumerate(draft.body.attachments or []):
        if len(entry.description or "") > _ALT_TEXT:
            message = f"Must be {_ALT_TEXT} or fewer in length."
            problems.add(
                [*draft.at, "attachments", index, "description"], "BASE_TYPE_MAX_LENGTH", message
            )
    problems.raise_if_any()


def check_mentions(allowed: AllowedMentions, at: Path) -> None:
    """Raises 400/50035 for kinds of mentions that are allowed as a whole and one by one."""
    problems = Problems()
    for kind in {"users", "roles"} & set(allowed.parse):
        if getattr(allowed, kind):
            code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            problems.add([*at, "allowed_mentions"], code, message)
    problems.raise_if_any()


def check_flags(flags: int, allowed: MessageFlag) -> None:
    if flags & ~allowed:
        message = f"Flags {flags & ~allowed} cannot be set here."
        raise invalid(["flags"], "BITFIELD_TYPE_BAD_VALUE", message)


def _check_no_legacy(contents: Contents, at: Path, problems: Problems) -> None:
    for key, value in (("content", contents.content), ("embeds", contents.embeds)):
        if value:
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add([*at, key], code, message)


def _check_uploaded(contents: Contents, at: Path, problems: Problems) -> None:
    for address in media_addresses(contents.embeds, contents.components):
        name = uploaded_name(address)
        if name is not None and name not in contents.filenames:
            message = f"The attachment {name!r} was not uploaded with this message."
            problems.add([*at, "attachments"], "REFERENCED_ATTACHMENT_NOT_FOUND", message)


def _check_embeds(embeds: list[Payload], at: Path, problems: Problems) -> None:
    if len(embeds) > _MOST_EMBEDS:
        problems.add(at, "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST_EMBEDS} or fewer in length.")
    for index, embed in enumerate(embeds):
        _check_embed(embed, [*at, index], problems)
    if sum(map(_embed_size, embeds)) > _LARGEST_EMBEDS:
        message = f"Embed size exceeds maximum size of {_LARGEST_EMBEDS}"
        problems.add(at, "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(embed: Payload, at: Path, problems: Problems) -> None:
    check_keys(embed, _EMBED, at, problems)
    for index, entry in enumerate(embed.get("fields") or []):
        check_keys(entry, _FIELD, [*at, "fields", index], problems)
    for key, table in (("footer", _FOOTER), ("author", _AUTHOR)):
        if embed.get(key):
            check_keys(embed[key], table, [*at, key], problems)


def _embed_size(embed: Payload) -> int:
    """Characters that count towards the total of 6000."""
    fields: list[Payload] = embed.get("fields") or []
    parts = [embed.get("title"), embed.get("description")]
    parts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    parts += [entry.get(key) for entry in fields for key in ("name", "value")]
    return sum(len(part) for part in parts if isinstance(part, str))
