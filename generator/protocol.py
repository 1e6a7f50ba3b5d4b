"""Every message that crosses between the bot and the generator process, on one page.

The transport is one JSON object a line: commands on the child's stdin, events on its stdout. Large
things (images, clips) cross by path. For every request the bot sees
`Progress*`, then exactly one of `Completed | Cancelled | Failed`, then silence.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from generator.files import thumbnail_of
from generator.messages import words

Stage = Literal["loading", "encoding_prompt", "denoising", "decoding", "encoding"]
"""What the device is doing. Only "denoising" counts steps; the others have `total_steps == 0`."""

FailureReason = Literal[
    "out_of_memory", "invalid", "timed_out", "crashed", "unavailable", "internal"
]
"""Why a request failed; "unavailable" is a model that could not be loaded (missing, no network)."""


# --- bot -> generator -----------------------------------------------------------------------------


class GenerationRequest(msgspec.Struct, frozen=True, tag="generate", kw_only=True):
    """One clip to make. The numbers are exact: the caller has applied the model's rules."""

    id: str
    model: str
    """A catalogue name, such as "builtin"."""
    prompt: str
    negative_prompt: str = ""
    width: int
    height: int
    num_frames: int
    fps: int
    num_inference_steps: int
    guidance_scale: float
    seed: int
    """Always concrete, 0 .. 2**32 - 1: whoever asks for "any" seed draws it first."""
    output_path: str
    """Where the full MP4 goes; it appears there whole or not at all."""
    max_bytes: int | None = None
    """The upload limit; a larger clip gets a second file that fits, beside the full one."""
    image_path: str | None = None
    """A picture the clip begins with, for models that can."""
    continues: str | None = None
    """An MP4 that goes on, for models that can begin with a picture, which is its last frame then.
    The file written is both as one clip, of `num_frames` more frames but those that a model
    shows again (`ModelSpec.shown_again`); size and fps are its."""
    upscales: str | None = None
    """An MP4 that is made larger, for models that can: `width` and `height` are what it becomes,
    the other numbers are its own."""
    smooths: str | None = None
    """An MP4 of all that the rest asks for: only frames in between are made, without the model.
    `smoother_fps(fps)` are what the file written has; size and length are its."""
    variation_seed: int | None = None
    """A seed, for a clip between this one's and that one's."""
    variation_strength: float = 0.0
    """How near it is to that of `variation_seed`: 0 is the clip of `seed`, 1 the other one."""
    lora: str | None = None
    """The name of one of the model's optional LoRAs."""
    previews: bool = False
    """Show frames of a long run on its way, where the model can and they cost next to nothing."""
    filmstrip: bool = False
    """Keep what its filmstrip is drawn of, where the model can."""

    @property
    def begins_with_picture(self) -> bool:
        """Whether its first frame is given."""
        return self.image_path is not None or self.continues is not None


GIVEN_FILES = ("image_path", "continues", "upscales", "smooths")
"""The fields of a request that name a file to begin with."""


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Stop a request at its next step. Legal at any time and again; unknown ids are ignored."""

    id: str


class Shutdown(msgspec.Struct, frozen=True, tag="shutdown"):
    """Finish nothing more and exit. Closing stdin means the same."""


Command = GenerationRequest | Cancel | Shutdown


# --- generator -> bot -----------------------------------------------------------------------------


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The child takes requests. Sent once, before any other event."""

    device: str
    """Torch device type: "cuda", "mps" or "cpu"."""
    device_name: str
    memory_bytes: int
    """Memory of the device in bytes; of the machine where the device is the CPU."""


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    id: str
    stage: Stage
    step: int = 0
    """Denoising steps finished so far, 1-based once the first is done."""
    total_steps: int = 0
    done_bytes: int = 0
    """While a model is loaded that has to be downloaded first: what is here of its files."""
    total_bytes: int = 0
    preview: str | None = None
    """A small JPEG of the clip as it looks now: whole, replaced by the next, gone in the end."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A smaller file of a clip: coarser, and if need be of fewer pixels and every second frame."""

    path: str
    width: int
    height: int
    fps: float
    size_bytes: int


class Filmstrip(msgspec.Struct, frozen=True):
    """A picture of one frame at several steps, from noise to the clip."""

    path: str
    """Where it appears, whole, soon after the clip: when the device has time for it."""
    steps: tuple[int, ...]
    """The steps it shows; the first is 0, the noise, and the last is the clip itself."""


class Completed(msgspec.Struct, frozen=True, tag="completed", kw_only=True):
    id: str
    path: str
    width: int
    height: int
    """Of the file, in pixels; a small model's clip is shown larger than it was denoised."""
    num_frames: int
    fps: int
    size_bytes: int
    seconds: dict[Stage, float]
    """Wall-clock seconds by stage; none for an exact repeat, which is the file made before."""
    device_name: str = ""
    peak_memory_bytes: int = 0
    """The most memory that was in use: of the GPU, or of the generator process without one."""
    revision: str | None = None
    """The commit of the model's repository that was loaded; None for a folder of this machine."""
    upload: Upload | None = None
    """The file to post, where the full one, which all the above is about, is over `max_bytes`."""
    filmstrip: Filmstrip | None = None
    """None where none was asked for, or the model cannot."""

    @property
    def shown_path(self) -> str:
        """The file that fits."""
        return self.upload.path if self.upload else self.path

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file of the clip; the filmstrip and the thumbnail may not be there."""
        others = [extra.path for extra in (self.upload, self.filmstrip) if extra]
        return (self.path, *others, str(thumbnail_of(Path(self.path))))


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    id: str
    step: int = 0
    total_steps: int = 0


class Failed(msgspec.Struct, frozen=True, tag="failed", kw_only=True):
    id: str
    reason: FailureReason
    message: str
    """One or two sentences for the person who asked: what happened and what to do."""
    values: dict[str, str | int | float] = {}
    """What takes the places that are named in the message."""
    retryable: bool = False
    path: str | None = None
    """The full file, where it was made but nothing of it fits the upload limit."""

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return the message in the language that a function translates into."""
        return words(self.message, self.values, translate)


Terminal = Completed | Cancelled | Failed
Event = Ready | Progress | Terminal
RequestEvent = Progress | Terminal


# --- codec ----------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder()
_command_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_event_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode_line(message: Command | Event) -> bytes:
    """Return the message as one line of JSON, newline included."""
    return _encoder.encode(message) + b"\n"


def decode_command(line: bytes) -> Command:
    """Parse a line from the bot; raises `msgspec.DecodeError` on anything else."""
    return _command_decoder.decode(line)


def decode_event(line: bytes) -> Event:
    """Parse a line from the generator; raises `msgspec.DecodeError` on anything else."""
    return _event_decoder.decode(line)
