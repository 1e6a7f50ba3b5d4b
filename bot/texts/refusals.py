"""Why something is not done, and what would work."""

from collections.abc import Sequence

from bot.i18n import N_, _, decimal, ngettext
from bot.texts.common import from_now, in_code, quote, short_number
from bot.texts.permissions import listed

NOT_YOURS = N_("Only the person who asked for this video, or a moderator, can do that.")
NO_SUCH_JOB = N_("I do not know this video any more, so this button has nothing to act on.")
NOT_RUNNING = N_("This video is not waiting or running any more.")
NOT_POSTED = N_("There is no finished clip behind this message.")
BEING_POSTED = N_("This video is just being posted. Try again in a moment.")
DISK_FULL = N_(
    "The bot's disk is full, so nothing can be made. Tell who runs it to free some space."
)
STARTING = N_("The generator is still starting. Try again in a few seconds.")
RESTARTING = N_("The bot is restarting. Nothing was queued; ask again in a minute.")
NOT_STORED = N_(
    "This could not be written down, because the bot's disk is full or broken. Nothing was queued. "
    "Tell who runs the bot, and ask again later."
)
ONLY_YOURS = N_("Only the person who asked for this video can change it.")
NO_CHANGE = N_("This video is not waiting any more, so it cannot be changed.")
CHANGE_NOT_STORED = N_(
    "The change could not be written down, because the bot's disk is full or broken. "
    "The video waits as it was."
)
TOO_LATE = N_("Too late: this video is finished and is being posted.")
INTERNAL_ERROR = N_(
    "Something went wrong on my side; it has been logged. Nothing you did was lost."
)
NOTHING_TO_SET = N_("Nothing was given to change. Choose at least one option of `/settings set`.")
MANAGERS_ONLY = N_(
    "Only members with the permission Manage Server can see and change the settings."
)
WORD_EMPTY = N_("There is no word to block: type one, or several that belong together.")
SOURCE_GONE = N_(
    "The clip this is made from is not kept any more. Try again on that one makes it once more."
)
AUTHOR_ONLY = N_(
    "On this server only the person who asked for a video makes more from it. "
    "Use `/video` for one of your own."
)
BEST_ALREADY = N_("This video has the highest quality that its model has.")
NOT_LONGER = N_("This video cannot go on: its model begins with no picture, or not at its size.")
SMOOTH_ALREADY = N_("This video plays smoothly already.")
NOT_LARGER = N_("This video cannot be made larger by its model.")
DM_CLOSED = N_(
    "I may not send you direct messages. Allow them in this server's privacy settings, "
    "and press again."
)
NO_SHOWCASE = N_("This server has no showcase channel. Admins choose one with `/settings set`.")
SHOWCASE_GONE = N_(
    "The showcase channel is gone, or I cannot see it. Admins choose another one with "
    "`/settings set`."
)
PRIVATE_STAYS = N_("This video is private, so it is not shared. Make it once more without that.")
NO_PICTURE_THERE = N_("This message has no picture that I can use: a PNG, JPEG or WebP file.")
NO_WORDS_THERE = N_("This message has no words to make a video of.")
NO_VIDEO_THERE = N_("This message has no video of mine.")
NO_ANIMATOR = N_("No model here can begin with a picture. Who runs the bot can add one that does.")
DRAFT_GONE = N_("What was written here is not kept any more. Begin again with `/video`.")
UNKNOWN_BUTTON = N_("This button belongs to another version of the bot.")
UNKNOWN_COMMAND = N_(
    "This command belongs to another version of the bot. Discord shows the new ones in a minute, "
    "or when you restart it."
)


def word_blocked(word: str) -> str:
    return _("This server's word filter does not allow “{word}”. Rephrase the prompt.").format(
        word=quote(word, 50)
    )


def too_many_words(limit: int) -> str:
    return _("The word filter holds {limit} words at most. Unblock one that is not needed.").format(
        limit=limit
    )


def word_not_blocked(word: str) -> str:
    return _("“{word}” is not in the word filter; `/settings show` lists what is.").format(
        word=quote(word, 50)
    )


def member_has_enough(cap: int, first_starts_at: float | None) -> str:
    return _enough(
        ngettext(
            "You already have {count} video waiting, as many as one member may have.",
            "You already have {count} videos waiting, as many as one member may have.",
            cap,
        ),
        cap,
        first_starts_at,
    )


def guild_has_enough(cap: int, first_starts_at: float | None) -> str:
    return _enough(
        ngettext(
            "This server already has {count} video waiting, as many as one server may have.",
            "This server already has {count} videos waiting, as many as one server may have.",
            cap,
        ),
        cap,
        first_starts_at,
    )


def queue_full(cap: int, first_starts_at: float | None) -> str:
    return _enough(
        ngettext(
            "The queue is full: it has {count} video waiting, from all servers together.",
            "The queue is full: it has {count} videos waiting, from all servers together.",
            cap,
        ),
        cap,
        first_starts_at,
    )


def _enough(text: str, cap: int, first_starts_at: float | None) -> str:
    if first_starts_at is None:
        way_out = _("Cancel one, or ask again once one of them has started.")
    else:
        way_out = _("The first of them starts {time}: cancel one, or ask again then.").format(
            time=from_now(first_starts_at)
        )
    return f"{text.format(count=decimal(cap))} {way_out}"


def role_needed(role_id: int) -> str:
    return _("On this server only members with the role {role} make videos.").format(
        role=f"<@&{role_id}>"
    )


def permissions_missing(names: Sequence[str]) -> str:
    return _(
        "I may not post videos in this channel: I lack {permissions}. "
        "A moderator can change that in the channel's settings."
    ).format(permissions=listed(names))


def clip_removed(job_id: str) -> str:
    return _(
        "The clip of #{id} is not kept any more. Try again makes the same video once more."
    ).format(id=job_id)


def too_large_to_show(job_id: str) -> str:
    return _("The clip of #{id} is too large for Discord here, even made smaller.").format(
        id=job_id
    )


def unknown_id(job_id: str) -> str:
    return _("I know no video `{id}` that you may see. Its id is the word after the #.").format(
        id=in_code(job_id, 20)
    )


def too_long_to_extend(longest: float, seconds: float) -> str:
    return _(
        "Longer it would have {seconds} s, and clips have {longest} s at most. "
        "Extend an earlier one instead."
    ).format(seconds=decimal(seconds, 1), longest=short_number(longest))


def already_made(job_id: str, url: str | None) -> str:
    text = _("You have just pressed that, and **#{id}** is being made.").format(id=job_id)
    return text if url is None else f"{text} {url}"


def already_shared(job_id: str, url: str) -> str:
    return _("**#{id}** is in the showcase already: {url}").format(id=job_id, url=url)


def cannot_share(channel_id: int, names: Sequence[str]) -> str:
    return _(
        "I may not post in the showcase channel {channel}: I lack {permissions}. "
        "A moderator can change that in the channel's settings."
    ).format(channel=f"<#{channel_id}>", permissions=listed(names))
