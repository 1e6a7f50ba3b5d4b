"""The words of /privacy."""

from bot.i18n import N_, _, decimal, ngettext
from bot.texts.common import short_number

TITLE = N_("What is kept about you")
_KEPT = (
    N_(
        "**Your videos.** For each: your prompt and settings, your number at Discord, the server, "
        "the channel and the messages, when it was made and how it ended. They are kept until you "
        "delete them."
    ),
    N_(
        "**Your choices and use.** What you set with `/mysettings`, forms you have begun, the "
        "device time you used, and what moderators decided about you."
    ),
    N_(
        "**Where, and who sees it.** Everything is on the computer that runs this bot, and whoever "
        "runs it can read it. Who is on a server can bring a clip that was made there with "
        "`/show`, unless it was private. A server may have a channel where its moderators see what "
        "is made there. Nothing goes anywhere else but to Discord."
    ),
    N_(
        "**What is not kept.** The keys with which Discord lets the bot answer you stay in memory "
        "for a quarter of an hour and are never written down. The bot's log names videos by their "
        "ids and members by their numbers, and has no prompts."
    ),
)
EXPORT = N_("Export mine")
DELETE = N_("Delete mine")
EXPORTED = N_(
    "Here is all that is kept about you, as JSON. Your clips are not in it: `/history` and `/show` "
    "bring them."
)
TITLE_DELETE = N_("Delete everything of yours?")
WHAT_GOES = N_(
    "**This goes, for good:** your clips and their pictures, your prompts and settings, your "
    "`/mysettings`. Videos of yours that wait or are being made are cancelled first."
)
WHAT_STAYS = N_(
    "**This stays:** messages that were already posted, with their clips. To remove one, press "
    "Delete below it **before** you go on here; afterwards only a moderator can. What others made "
    "from your videos is theirs. How many videos were made, when and how long they took, is kept "
    "without your name; the device time you used in the last 24 hours and moderators' decisions "
    "are kept with it."
)
DELETE_ALL = N_("Delete everything")
KEEP = N_("Keep it")
NOT_YET = N_("Nothing was deleted: one of your videos is just being posted. Try again in a minute.")
FILES_LEFT = N_(
    "Some of your files could not be deleted, so the rest was kept, too. Tell who runs the bot, "
    "and try again."
)
TRACES_LEFT = N_(
    "Your videos and choices are forgotten, but the database is busy and its old copies still have "
    "them. Press it again in a minute."
)


def kept(days: float) -> list[str]:
    """Return what is kept, a paragraph each; clips stay so many days, or for ever for 0."""
    videos, *others = [_(text) for text in _KEPT]
    return [videos, _clips(days), *others]


def _clips(days: float) -> str:
    if not days:
        return _("**Your clips.** The files stay on the bot's computer until you delete them.")
    return ngettext(
        "**Your clips.** The files stay on the bot's computer for {count} day, then they go.",
        "**Your clips.** The files stay on the bot's computer for {count} days, then they go.",
        days,
    ).format(count=short_number(days))


def part_of(part: int, parts: int) -> str:
    return _("Part {part} of {parts}").format(part=part, parts=parts)


def deleted(videos: int) -> str:
    return ngettext(
        "Done. {count} video of yours is forgotten, with its files and everything you had chosen.",
        "Done. {count} videos of yours are forgotten, with their files and everything you had "
        "chosen.",
        videos,
    ).format(count=decimal(videos))
