"""What changes around the bot: its connection, its permissions, the places it writes to."""

import math
import time

from bot.emulator import effects
from bot.emulator.entities import Channel, Guild
from bot.emulator.faults import Fault
from bot.emulator.permissions import Permission
from tests.faults.kinds import Act, Kind
from tests.faults.stage import Stage


def world_kinds() -> list[Kind]:
    """Return all of them; each is noted when it begins."""
    return [
        _noted("gateway broken", lambda stage: stage.emulator.gateway.break_off()),
        _noted("gateway to be left", lambda stage: stage.emulator.gateway.ask_to_reconnect()),
        _noted("gateway session resumable", lambda stage: _invalidate(stage, resumable=True)),
        _noted("gateway session over", lambda stage: _invalidate(stage, resumable=False)),
        _noted("gateway silent", _hold_events, _release_events),
        _noted("guild away", _lose_guild, _restore_guild),
        _noted("Discord away", _go_away, _come_back),
        _noted("permission taken: send", *_denial("videos", Permission.SEND_MESSAGES)),
        _noted("permission taken: attach", *_denial("general", Permission.ATTACH_FILES)),
        _noted("permission taken: history", *_denial("videos", Permission.READ_MESSAGE_HISTORY)),
        _noted("permission taken: view", *_denial("general", Permission.VIEW_CHANNEL)),
        _noted("channel deleted with all in it", _delete_channel, _make_channel),
        _noted("thread archived meanwhile", _archive, _unarchive),
        _noted("thread archived and locked", _lock, _unarchive),
        _noted("bot thrown out", _remove_bot, _invite_bot),
        _noted("status message deleted", _delete_status),
        _noted("direct messages closed", _close_direct_messages, _open_direct_messages),
    ]


def _noted(name: str, begin: Act, end: Act = lambda stage: None) -> Kind:
    def begin_noted(stage: Stage) -> None:
        begin(stage)
        stage.emulator.faults.note(name)

    return Kind(name, begin_noted, end)


def _invalidate(stage: Stage, *, resumable: bool) -> None:
    stage.emulator.gateway.invalidate_sessions(resumable=resumable)


def _hold_events(stage: Stage) -> None:
    stage.emulator.gateway.hold_events()


def _release_events(stage: Stage) -> None:
    stage.emulator.gateway.release_events()


def _lose_guild(stage: Stage) -> None:
    stage.emulator.gateway.lose_guild(_guild(stage))


def _restore_guild(stage: Stage) -> None:
    stage.emulator.gateway.restore_guild(_guild(stage))


def _go_away(stage: Stage) -> None:
    stage.emulator.gateway.accepts_connections = False
    stage.emulator.gateway.break_off()
    stage.away = Fault(name="request while Discord is away", effect=effects.reset, times=None)
    stage.emulator.faults.add(stage.away)


def _come_back(stage: Stage) -> None:
    stage.emulator.gateway.accepts_connections = True
    stage.away.times = 0


def _denial(name: str, permission: Permission) -> tuple[Act, Act]:
    def begin(stage: Stage) -> None:
        world = stage.emulator.world
        channel = world.channel_named(name)
        stage.emulator.moderation.set_overwrite(channel, world.bot, deny=permission)

    def end(stage: Stage) -> None:
        world = stage.emulator.world
        stage.emulator.moderation.set_overwrite(world.channel_named(name), world.bot)

    return begin, end


def _delete_channel(stage: Stage) -> None:
    """Somebody asks in a channel, which then goes."""
    passing = stage.emulator.world.channel_named("passing")
    stage.emulator.moderation.delete_channel(passing)
    stage.players = [player for player in stage.players if player.channel is not passing]


def _make_channel(stage: Stage) -> None:
    if all(player.channel.name != "passing" for player in stage.players):
        stage.add_passing_channel()


def _archive(stage: Stage) -> None:
    stage.emulator.moderation.archive(_thread(stage))


def _lock(stage: Stage) -> None:
    stage.emulator.moderation.archive(_thread(stage), locked=True)


def _unarchive(stage: Stage) -> None:
    thread = _thread(stage)
    thread.locked = False
    stage.emulator.moderation.unarchive(thread)


def _remove_bot(stage: Stage) -> None:
    stage.emulator.moderation.remove_bot(_guild(stage))


def _invite_bot(stage: Stage) -> None:
    guild = _guild(stage)
    if stage.emulator.world.bot.id not in guild.members:
        stage.emulator.moderation.invite_bot(guild)


def _delete_status(stage: Stage) -> None:
    for job in stage.waiting()[-1:]:
        stage.moderate(stage.journal.messages[job.status_id].last)


def _close_direct_messages(stage: Stage) -> None:
    _set_direct_messages(stage, accepted=False)
    stage.closed_doors.append((time.time(), math.inf))


def _open_direct_messages(stage: Stage) -> None:
    _set_direct_messages(stage, accepted=True)
    if stage.closed_doors:
        since, until = stage.closed_doors.pop()
        stage.closed_doors.append((since, min(until, time.time())))


def _set_direct_messages(stage: Stage, *, accepted: bool) -> None:
    for player in stage.players:
        player.user.accepts_direct_messages = accepted


def _guild(stage: Stage) -> Guild:
    guild = stage.emulator.world.channel_named("videos").guild
    assert guild is not None
    return guild


def _thread(stage: Stage) -> Channel:
    return stage.emulator.world.channel_named("thread")
