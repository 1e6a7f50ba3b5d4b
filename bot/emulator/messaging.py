"""Messages made, changed and deleted: stored in the world, told to the bot and to the people."""

from dataclasses import dataclass

from msgspec import UNSET

from bot.emulator import components, errors, media, mentions, payloads, permissions
from bot.emulator.audience import Audience
from bot.emulator.entities import Attachment, Channel, Message, MessageFlag, User
from bot.emulator.gateway import Gateway
from bot.emulator.message_rules import Contents, check_attachments, check_contents, check_mentions
from bot.emulator.moderation import Moderation
from bot.emulator.permissions import Permission
from bot.emulator.rendering import Renderer
from bot.emulator.requests import AllowedMentions, Draft, Upload
from bot.emulator.sessions import Intent
from bot.emulator.snowflakes import created_at
from bot.emulator.wire import Payload
from bot.emulator.world import World

NONCE_MEMORY = 300
"""Seconds for which an enforced nonce keeps a second send from making a second message."""


@dataclass(frozen=True)
class Policy:
    """What a route allows: bytes a file, and the mentions of a body that does not say."""

    upload_limit: int
    mentions: AllowedMentions


class Messaging:
    """Keeps the world, the gateway and the audience in step about messages."""

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        audience: Audience,
        renderer: Renderer,
        moderation: Moderation,
    ) -> None:
        self._world = world
        self._gateway = gateway
        self._audience = audience
        self._renderer = renderer
        self._moderation = moderation

    def post(self, message: Message, draft: Draft, policy: Policy) -> None:
        """Fill a fresh message with a draft and publish it."""
        self._open(message)
        if draft.body.flags:
            message.flags |= MessageFlag(draft.body.flags)
        self._fill(message, draft, policy)
        self.publish(message)

    def publish(self, message: Message) -> None:
        self._open(message)
        message.channel.messages[message.id] = message
        if message.nonce is not None:
            self._world.nonces[message.author.id, str(message.nonce)] = message
        self._announce("create", message)

    def edit(self, message: Message, draft: Draft, policy: Policy) -> None:
        """Change what the draft names; the first edit of a deferred answer ends its loading."""
        self._check_editable(message)
        was_loading = MessageFlag.LOADING in message.flags
        kept_flags = message.flags
        # a components-v2 message never goes back
        message.flags |= MessageFlag(draft.body.flags or 0)
        try:
            self._fill(message, draft, policy)
        except errors.DiscordError:
            message.flags = kept_flags
            raise
        message.flags &= ~MessageFlag.LOADING
        message.edited_at = None if was_loading else self._world.now()
        self._announce("update", message)

    def delete(self, message: Message) -> None:
        watchers = self._watchers(message)
        del message.channel.messages[message.id]
        self._replace_files(message, [])
        gone = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if message.channel.guild is not None:
            gone["guild_id"] = str(message.channel.guild.id)
        if message.seen_only_by is None:
            self._dispatch("MESSAGE_DELETE", gone, message.channel)
        event = {"channel_id": gone["channel_id"], "message_id": gone["id"]}
        self._audience.tell(watchers, {"type": "message_delete", **event})

    def react(self, message: Message, emoji: str, user: User) -> None:
        """Add somebody's reaction, once."""
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self._tell_reaction("ADD", message, emoji, user)

    def unreact(self, message: Message, emoji: str, user: User) -> None:
        """Take somebody's reaction back, if there is one."""
        users = message.reactions.get(emoji, [])
        if user in users:
            users.remove(user)
            if not users:
                del message.reactions[emoji]
            self._tell_reaction("REMOVE", message, emoji, user)

    def _tell_reaction(self, change: str, message: Message, emoji: str, user: User) -> None:
        shown = {"type": "message_update", "message": self._renderer.message(message)}
        self._audience.tell(self._watchers(message), shown)
        channel, guild = message.channel, message.channel.guild
        if not self._world.bot_is_in(channel):
            return
        data: Payload = {
            "user_id": str(user.id),
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
        }
        if guild is not None:
            data["guild_id"] = str(guild.id)
            if change == "ADD" and user.id in guild.members:
                data["member"] = payloads.member(guild.members[user.id])
        if change == "ADD":
            data["message_author_id"] = str(message.author.id)
        needs = Intent.DIRECT_MESSAGE_REACTIONS if guild is None else Intent.GUILD_MESSAGE_REACTIONS
        event = f"MESSAGE_REACTION_{change}"
        self._gateway.dispatch(event, data, guild_id=guild and guild.id, needs=needs)

    def _open(self, message: Message) -> None:
        """A message brings an archived thread back, unless a moderator locked it."""
        thread = message.channel
        if self._is_locked_for(message):
            raise errors.known(50083 if thread.archived else 160005)
        if thread.archived:
            self._moderation.unarchive(thread)

    def _check_editable(self, message: Message) -> None:
        if message.channel.archived:
            raise errors.known(50083)
        if self._is_locked_for(message):
            raise errors.known(160005)

    def _is_locked_for(self, message: Message) -> bool:
        granted = permissions.in_channel(message.channel, message.author.id)
        return message.channel.locked and Permission.MANAGE_THREADS not in granted

    def already_sent(self, author: User, nonce: str | int) -> Message | None:
        """The message for which an author used a nonce a short while ago, wherever that was.

        Raises 404/10008 when it is deleted: a retry must not bring it back.
        """
        message = self._world.nonces.get((author.id, str(nonce)))
        if message is None or created_at(message.id) < self._world.now() - NONCE_MEMORY:
            return None
        if self._world.find_message(message.id) is None:
            raise errors.unknown_message()
        return message

    def _fill(self, message: Message, draft: Draft, policy: Policy) -> None:
        """Check the message as it would be, then make it so."""
        body = draft.body
        attachments = self._attachments_after(message, draft, policy)
        contents = Contents(
            content=message.content if body.content is UNSET else body.content or "",
            embeds=message.embeds if body.embeds is UNSET else body.embeds or [],
            components=message.components if body.components is UNSET else body.components or [],
            filenames={attachment.filename for attachment in attachments},
            v2=MessageFlag.IS_COMPONENTS_V2 in message.flags,
        )
        check_contents(contents, draft.at)
        check_mentions(body.allowed_mentions or policy.mentions, draft.at)
        message.content = contents.content
        message.embeds = contents.embeds
        message.components = components.complete(contents.components)
        self._replace_files(message, attachments)
        self._mention(message, body.allowed_mentions or policy.mentions)

    def _mention(self, message: Message, allowed: AllowedMentions) -> None:
        text = mentions.text_of(message.content, message.components)
        notified = mentions.mentioned_users(self._world, text, allowed)
        replied = message.channel.messages.get(message.reply_to or 0)
        if replied is not None and allowed.replied_user and replied.author not in notified:
            notified.append(replied.author)
        message.mentions = notified
        message.mentions_everyone = mentions.mentions_everyone(text, allowed)

    def _replace_files(self, message: Message, attachments: list[Attachment]) -> None:
        """Files that no message has any more are gone, links and all."""
        for dropped in message.attachments:
            self._world.attachments.pop(dropped.id, None)
        self._world.attachments |= {attachment.id: attachment for attachment in attachments}
        message.attachments = attachments

    def _attachments_after(
        self, message: Message, draft: Draft, policy: Policy
    ) -> list[Attachment]:
        """Files kept and added: an edit that lists attachments keeps only those it lists."""
        if any(len(upload.data) > policy.upload_limit for upload in draft.uploads):
            raise errors.too_large()
        listed = draft.body.attachments
        kept = message.attachments
        if listed is not UNSET:
            ids = {str(entry.id) for entry in listed or []}
            kept = [attachment for attachment in kept if str(attachment.id) in ids]
        check_attachments(draft, len(kept) + len(draft.uploads))
        return kept + [self._uploaded(message, upload, draft) for upload in draft.uploads]

    def _uploaded(self, message: Message, upload: Upload, draft: Draft) -> Attachment:
        entry = draft.entry_for(upload)
        return self._attachment(
            message.channel,
            upload,
            description=entry.description if entry is not None else None,
            ephemeral=message.seen_only_by is not None,
        )

    def keep_file(self, channel: Channel, upload: Upload) -> Attachment:
        """Make a person's upload, which belongs to no message, available by its link."""
        attachment = self._attachment(channel, upload, description=None, ephemeral=True)
        self._world.attachments[attachment.id] = attachment
        return attachment

    def _attachment(
        self, channel: Channel, upload: Upload, *, description: str | None, ephemeral: bool
    ) -> Attachment:
        kind = media.content_type(upload.filename)
        return Attachment(
            id=self._world.new_id(),
            channel_id=channel.id,
            filename=upload.filename,
            content_type=kind,
            data=upload.data,
            description=description,
            picture_size=media.picture_size(upload.data, kind),
            ephemeral=ephemeral,
        )

    def _announce(self, change: str, message: Message) -> None:
        event = {"type": f"message_{change}", "message": self._renderer.message(message)}
        self._audience.tell(self._watchers(message), event)
        if message.seen_only_by is None:
            data = self._renderer.event(message)
            if change == "create" and message.nonce is not None:
                data["nonce"] = message.nonce
            self._dispatch(f"MESSAGE_{change.upper()}", data, message.channel)

    def _dispatch(self, event: str, data: Payload, channel: Channel) -> None:
        if not self._world.bot_is_in(channel):
            return
        guild = channel.guild
        needs = Intent.DIRECT_MESSAGES if guild is None else Intent.GUILD_MESSAGES
        self._gateway.dispatch(event, data, guild_id=guild and guild.id, needs=needs)

    def _watchers(self, message: Message) -> list[int]:
        present = self._audience.present
        return [user_id for user_id in present if self._world.can_see(user_id, message)]
