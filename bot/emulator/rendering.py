"""Messages and files as Discord's JSON: links signed, attachment:// addresses resolved."""

import hashlib
import hmac
from urllib.parse import quote

from bot.emulator import components, payloads
from bot.emulator.entities import Attachment, Message
from bot.emulator.sessions import Intent
from bot.emulator.snowflakes import created_at
from bot.emulator.wire import Payload, timestamp
from bot.emulator.world import World

_HALF_DAY = 12 * 3600
_UPLOADED = "attachment://"


class Renderer:
    """Renders what needs the world's clock and the server's address."""

    def __init__(self, world: World, base_url: str, secret: bytes) -> None:
        self._world = world
        self._base_url = base_url
        self._secret = secret

    def link(self, attachment: Attachment) -> str:
        """A signed link; it stays the same for half a day, so that an edit restarts no video."""
        issued = int(self._world.now() // _HALF_DAY * _HALF_DAY)
        expires = issued + 2 * _HALF_DAY
        path = f"/attachments/{attachment.channel_id}/{attachment.id}/{quote(attachment.filename)}"
        signature = self.signature(attachment.id, expires)
        return f"{self._base_url}{path}?ex={expires:x}&is={issued:x}&hm={signature}"

    def signature(self, attachment_id: int, expires: int) -> str:
        signed = f"{attachment_id}/{expires:x}".encode()
        return hmac.new(self._secret, signed, hashlib.sha256).hexdigest()

    def attachment(self, attachment: Attachment) -> Payload:
        link = self.link(attachment)
        rendered: Payload = {
            "id": str(attachment.id),
            "filename": attachment.filename,
            "size": len(attachment.data),
            "url": link,
            "proxy_url": link,
            "content_type": attachment.content_type,
        }
        if attachment.description is not None:
            rendered["description"] = attachment.description
        if attachment.picture_size is not None:
            rendered["width"], rendered["height"] = attachment.picture_size
        if attachment.ephemeral:
            rendered["ephemeral"] = True
        return rendered

    def message(self, message: Message, *, with_reply: bool = True) -> Payload:
        """A message as REST answers it; files shown by a component or an embed are not listed."""
        shown = _names_shown(message)
        listed = [a for a in message.attachments if a.filename not in shown]
        return {
            "id": str(message.id),
            "channel_id": str(message.channel.id),
            "type": int(message.type),
            "author": payloads.user(message.author),
            "content": message.content,
            "timestamp": timestamp(created_at(message.id)),
            "edited_timestamp": timestamp(message.edited_at),
            "tts": False,
            "pinned": False,
            "flags": int(message.flags),
            "mention_everyone": message.mentions_everyone,
            "mentions": [payloads.user(mentioned) for mentioned in message.mentions],
            "mention_roles": [],
            "attachments": [self.attachment(attachment) for attachment in listed],
            "embeds": [self._embed(embed, message) for embed in message.embeds],
            "components": [self._component(c, message) for c in message.components],
            **self._reactions(message),
            **self._origin(message),
            **(self._reply(message) if with_reply else {}),
        }

    def for_bot(self, message: Message) -> Payload:
        """A message as the bot may read it, over REST as from the gateway."""
        rendered = self._redacted(message, self.message(message))
        replied = message.channel.messages.get(message.reply_to or 0)
        if replied is not None:
            referenced = rendered["referenced_message"]
            rendered["referenced_message"] = self._redacted(replied, referenced)
        return rendered

    def event(self, message: Message) -> Payload:
        """A message as the gateway tells it: with its guild and its author's membership."""
        rendered = self.for_bot(message)
        guild = message.channel.guild
        if guild is not None:
            rendered["guild_id"] = str(guild.id)
            author = guild.members.get(message.author.id)
            if author is not None:
                rendered["member"] = payloads.member(author)
        return rendered

    def _redacted(self, message: Message, rendered: Payload) -> Payload:
        """Without the message content intent an app reads only what concerns it."""
        bot = self._world.bot
        concerned = message.author is bot or bot in message.mentions
        may_read = self._world.application.privileged_intents & Intent.MESSAGE_CONTENT
        if concerned or may_read or message.channel.guild is None:
            return rendered
        return {**rendered, "content": "", "embeds": [], "attachments": [], "components": []}

    def _reactions(self, message: Message) -> Payload:
        """How many have reacted with which emoji; `me` is the bot."""
        if not message.reactions:
            return {}
        counted: list[Payload] = [
            {
                "emoji": {"id": None, "name": emoji},
                "count": len(users),
                "count_details": {"normal": len(users), "burst": 0},
                "burst_colors": [],
                "me": self._world.bot in users,
                "me_burst": False,
            }
            for emoji, users in message.reactions.items()
        ]
        return {"reactions": counted}

    def _origin(self, message: Message) -> Payload:
        origin: Payload = {}
        if message.interaction_metadata is not None:
            origin["application_id"] = str(self._world.application.id)
            origin["webhook_id"] = str(self._world.application.id)
            origin["interaction_metadata"] = message.interaction_metadata
        if message.interaction is not None:
            origin["interaction"] = message.interaction
        return origin

    def _reply(self, message: Message) -> Payload:
        if message.reply_to is None:
            return {}
        channel = message.channel
        reference = {"type": 0, "channel_id": str(channel.id), "message_id": str(message.reply_to)}
        if channel.guild is not None:
            reference["guild_id"] = str(channel.guild.id)
        replied = channel.messages.get(message.reply_to)
        return {
            "message_reference": reference,
            "referenced_message": replied and self.message(replied, with_reply=False),
        }

    def _component(self, component: Payload, message: Message) -> Payload:
        rendered = dict(component)
        for key in ("media", "file"):
            if key in rendered:
                rendered[key] = self._media(rendered[key]["url"], message)
        if component["type"] == components.ComponentType.FILE:
            shown = _shown(component["file"]["url"], message)
            rendered["name"] = shown and shown.filename
            rendered["size"] = shown and len(shown.data)
        for key in ("accessory", "component"):
            if key in rendered:
                rendered[key] = self._component(rendered[key], message)
        if "components" in rendered:
            nested = rendered["components"]
            rendered["components"] = [self._component(child, message) for child in nested]
        if "items" in rendered:
            rendered["items"] = [self._gallery_item(item, message) for item in rendered["items"]]
        return rendered

    def _gallery_item(self, item: Payload, message: Message) -> Payload:
        shown = _shown(item["media"]["url"], message)
        return {
            "media": self._media(item["media"]["url"], message),
            "description": item.get("description") or (shown and shown.description),
            "spoiler": bool(item.get("spoiler", False)),
        }

    def _media(self, url: str, message: Message) -> Payload:
        shown = _shown(url, message)
        if shown is None:
            return {"id": str(message.id), "url": url, "proxy_url": url}
        link = self.link(shown)
        width, height = shown.picture_size or (None, None)
        return {
            "id": str(shown.id),
            "attachment_id": str(shown.id),
            "url": link,
            "proxy_url": link,
            "width": width,
            "height": height,
            "content_type": shown.content_type,
        }

    def _embed(self, embed: Payload, message: Message) -> Payload:
        rendered = {"type": "rich", **embed}
        for key in ("image", "thumbnail"):
            shown = _shown(embed.get(key, {}).get("url", ""), message)
            if shown is not None:
                link = self.link(shown)
                rendered[key] = {"url": link, "proxy_url": link}
        if "fields" in embed:
            rendered["fields"] = [{"inline": False, **entry} for entry in embed["fields"]]
        return rendered


def media_addresses(embeds: list[Payload], tree: list[Payload]) -> list[str]:
    """The addresses of everything that embeds and components show."""
    shown = [item["url"] for _, c in components.walk(tree) for item in components.media_items(c)]
    pictures = [embed.get(key) for embed in embeds for key in ("image", "thumbnail")]
    return shown + [picture["url"] for picture in pictures if picture]


def uploaded_name(address: str) -> str | None:
    """The file name of an attachment:// address; None for any other."""
    return address.removeprefix(_UPLOADED) if address.startswith(_UPLOADED) else None


def _names_shown(message: Message) -> set[str | None]:
    addresses = media_addresses(message.embeds, message.components)
    return {uploaded_name(address) for address in addresses}


def _shown(address: str, message: Message) -> Attachment | None:
    name = uploaded_name(address)
    return next((a for a in message.attachments if a.filename == name), None)
