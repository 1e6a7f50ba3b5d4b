"""Why something cannot be made as it was asked for, and what can."""

from collections.abc import Sequence

from bot.i18n import N_, _, decimal
from bot.texts.common import in_code, quote, short_number

PROMPT_EMPTY = N_("The prompt is empty: describe what the video should show.")
PICTURE_GONE = N_("The picture is not kept any more. Send it again with `/video`.")
PICTURE_NOT_FETCHED = N_("Discord did not hand over the picture. Nothing was queued; try again.")
PICTURE_UNREADABLE = N_("The picture cannot be read; it may be damaged. Send a PNG, JPEG or WebP.")


def not_a_picture(filename: str) -> str:
    return _("“{filename}” is not a picture that I can use. Send a PNG, JPEG or WebP.").format(
        filename=quote(filename, 60)
    )


def picture_too_heavy(size: int, limit: int) -> str:
    return _(
        "The picture has {size} MB; at most {limit} MB are allowed. Send a smaller one."
    ).format(size=decimal(size / 2**20, 1), limit=decimal(limit / 2**20))


def picture_too_large(width: int, height: int, limit: int) -> str:
    return _(
        "The picture has {size} pixels; at most {limit} million pixels are allowed. "
        "Send a smaller one."
    ).format(size=f"{width}×{height}", limit=decimal(limit / 1e6))


def not_a_whole_number(label: str, text: str) -> str:
    return _("{option} must be a whole number or empty; you wrote `{text}`.").format(
        option=label, text=in_code(text, 40)
    )


def not_a_number(label: str, text: str) -> str:
    return _("{option} must be a number or empty; you wrote `{text}`.").format(
        option=label, text=in_code(text, 40)
    )


def prompt_too_long(length: int, limit: int) -> str:
    return _("The prompt has {length} characters; at most {limit} are allowed. Shorten it.").format(
        length=decimal(length), limit=decimal(limit)
    )


def out_of_range(option: str, value: float, low: float, high: float) -> str:
    return _("`{option}` must be between {low} and {high}; you gave {value}.").format(
        option=option, low=short_number(low), high=short_number(high), value=short_number(value)
    )


def size_unreadable(text: str, width: int, height: int) -> str:
    return _("`{text}` is not a size. Write it as width x height, such as `{example}`.").format(
        text=in_code(text, 40), example=f"{width}x{height}"
    )


def size_refused(width: int, height: int, model: str, near_width: int, near_height: int) -> str:
    return _(
        "{model} cannot make {size} pixels. The nearest size it can make is `{nearest}`."
    ).format(model=model, size=f"{width}×{height}", nearest=f"{near_width}x{near_height}")


def seconds_refused(seconds: float, longest: float, model: str) -> str:
    return _("{model} makes clips of up to {longest} s; you asked for {seconds} s.").format(
        model=model, longest=short_number(longest), seconds=short_number(seconds)
    )


def gpu_needed(model: str) -> str:
    return _("{model} needs a GPU, and the bot's machine has none. Leave the model out.").format(
        model=model
    )


def option_lacking(option: str, model: str, others: Sequence[str]) -> str:
    """Say that a model does not take an option, and which of the others here do."""
    if not others:
        return _(
            "{model} does not take `{option}`, and no other model here does. Leave it out."
        ).format(model=model, option=option)
    return _("{model} does not take `{option}`. Leave it out, or choose one of: {models}.").format(
        model=model, option=option, models=_codes(others)
    )


def no_such_lora(name: str, model: str, available: Sequence[str]) -> str:
    return _("{model} has no LoRA `{name}`. There are: {available}.").format(
        model=model, name=in_code(name, 50), available=_codes(available)
    )


def no_such_style(name: str, available: Sequence[str]) -> str:
    return _("There is no style “{name}”. There are: {available}.").format(
        name=quote(name, 50), available=", ".join(available)
    )


def aspect_unreadable(text: str) -> str:
    return _("`{text}` is not a shape. Write it as width to height, such as `16:9`.").format(
        text=in_code(text, 40)
    )


def one_of(one: str, other: str) -> str:
    return _("`{one}` and `{other}` say the same thing twice. Give only one of them.").format(
        one=one, other=other
    )


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
