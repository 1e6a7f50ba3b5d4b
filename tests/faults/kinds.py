"""What goes wrong with single requests and events: each kind a campaign lets happen."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.emulator import effects, errors
from bot.emulator.effects import Effect, afterwards, refusal
from bot.emulator.faults import EventFault, Fault
from bot.emulator.uploads import Body
from tests.faults.stage import Stage

Act = Callable[[Stage], None]


@dataclass(frozen=True)
class Kind:
    """Something that can be begun, and ended where it does not pass by itself, more than once."""

    name: str
    begin: Act
    end: Act = lambda stage: None


def request_kinds() -> list[Kind]:
    """What goes wrong with single requests."""
    return [
        # a clip's upload
        _upload("upload: connection reset", effects.reset, 2),
        _upload("upload: connection ended without an answer", effects.hang_up),
        _upload("upload: no answer", effects.silence),
        _upload("upload: slow", effects.slow(1.0)),
        _upload("upload: posted, answer lost", afterwards(effects.reset)),
        _upload("upload: posted, answer cut short", effects.cut_short),
        _upload("upload: posted, no answer", afterwards(effects.silence)),
        _upload("upload: posted, 503", afterwards(effects.unavailable(503))),
        *(_upload(f"upload: {status}", effects.unavailable(status)) for status in (500, 502, 504)),
        _upload("upload: overloaded", refusal(errors.known(130000))),
        _upload("upload: limited", refusal(errors.rate_limited(0.2)), 2),
        _upload("upload: limited, shared", refusal(errors.rate_limited(0.2, scope="shared"))),
        _upload("upload: limited, global", refusal(errors.rate_limited(0.2, is_global=True))),
        _upload("upload: limited for long", refusal(errors.rate_limited(90.0))),
        _upload("upload: banned by Cloudflare", effects.banned(1.0)),
        _upload("upload: too large", refusal(errors.known(40005))),
        _upload("upload: too large, a page", effects.page(413, "Too large")),
        _upload("upload: unknown channel", refusal(errors.known(10003))),
        _upload("upload: no access", refusal(errors.known(50001))),
        _upload("upload: no permission", refusal(errors.known(50013))),
        _upload("upload: may not reply", refusal(errors.known(160002))),
        _upload("upload: slow mode", refusal(errors.known(20016, retry_after=0.2))),
        _upload("upload: write rate limit", refusal(errors.known(20028, retry_after=0.2))),
        _upload("upload: form refused", refusal(errors.invalid(("content",), "X", "No"))),
        _upload("upload: refused by the filter", refusal(errors.known(20009))),
        _upload("upload: links refused", refusal(errors.known(240000))),
        _upload("upload: archived, it says", refusal(errors.known(50083))),
        # looking for what was posted before, which follows a lost answer
        _after_lost_answer("history: 502", effects.unavailable(502)),
        _after_lost_answer("history: no access", refusal(errors.known(50001))),
        # the way to direct messages, which follows a refusal
        _after_refusal("direct messages: 502", effects.unavailable(502)),
        _after_refusal("direct messages: closed, it says", refusal(errors.known(50007))),
        # a status message's edits
        _edit("edit: connection reset", effects.reset, 2),
        _edit("edit: made, answer lost", afterwards(effects.reset)),
        _edit("edit: no answer", effects.silence),
        _edit("edit: slow", effects.slow(1.0)),
        _edit("edit: 502", effects.unavailable(502)),
        _edit("edit: limited", refusal(errors.rate_limited(0.2)), 2),
        _edit("edit: banned by Cloudflare", effects.banned(1.0)),
        _edit("edit: unknown message", refusal(errors.known(10008))),
        _edit("edit: too many of an old message", refusal(errors.known(30046, retry_after=0.2))),
        _edit("edit: archived, it says", refusal(errors.known(50083))),
        # first answers to interactions
        _callback("answer: connection reset", effects.reset, 2),
        _callback("answer: given, and lost", afterwards(effects.reset)),
        _callback("answer: given, 503", afterwards(effects.unavailable(503))),
        _callback("answer: 502", effects.unavailable(502)),
        _callback("answer: slow", effects.slow(1.0)),
        _callback("answer: too late", effects.slow(3.5)),
        _callback("answer: unknown interaction", refusal(errors.known(10062))),
        _callback("answer: given before", refusal(errors.known(40060))),
        # later ones, where only those reach the place
        _followup("followup: refused", refusal(errors.known(40094))),
        _followup("followup: token over", refusal(errors.known(50027))),
        _followup("followup: sent, answer lost", afterwards(effects.reset)),
        # events
        Kind("event: delivered twice", _events("event: delivered twice", 2)),
        Kind("event: lost", _events("event: lost", 0)),
    ]


def _armed(name: str, *faults: Fault) -> Kind:
    def begin(stage: Stage) -> None:
        # a fault counts down, so that each time has its own
        stage.emulator.faults.add(*(_copy(fault) for fault in faults))

    return Kind(name, begin)


def _copy(fault: Fault) -> Fault:
    return Fault(**{key: getattr(fault, key) for key in Fault.__dataclass_fields__})


def _has_upload(body: Body) -> bool:
    return bool(body.uploads)


def upload_fault(name: str, effect: Effect, times: int = 1) -> Fault:
    """Return a fault that hits the upload of a clip."""
    path = "/channels/*/messages"
    return Fault(name=name, effect=effect, times=times, method="POST", path=path, when=_has_upload)


def _upload(name: str, effect: Effect, times: int = 1) -> Kind:
    return _armed(name, upload_fault(name, effect, times))


def _after_lost_answer(name: str, effect: Effect) -> Kind:
    return _armed(
        name,
        upload_fault(f"{name} (before: answer lost)", afterwards(effects.reset)),
        Fault(name=name, effect=effect, method="GET", path="/channels/*/messages"),
    )


def _after_refusal(name: str, effect: Effect) -> Kind:
    return _armed(
        name,
        upload_fault(f"{name} (before: no permission)", refusal(errors.known(50013))),
        Fault(name=name, effect=effect, method="POST", path="/users/@me/channels"),
    )


def _edit(name: str, effect: Effect, times: int = 1) -> Kind:
    path = "/channels/*/messages/*"
    return _armed(name, Fault(name=name, effect=effect, times=times, method="PATCH", path=path))


def _callback(name: str, effect: Effect, times: int = 1) -> Kind:
    path = "/interactions/*/*/callback"
    return _armed(name, Fault(name=name, effect=effect, times=times, path=path))


def _followup(name: str, effect: Effect) -> Kind:
    path = "/webhooks/*/*"
    return _armed(name, Fault(name=name, effect=effect, method="POST", path=path))


def _events(name: str, copies: int) -> Act:
    return lambda stage: stage.emulator.faults.add(EventFault(name=name, copies=copies))
