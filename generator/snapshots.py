"""What is kept of a run for people to see: previews while it goes on, stills for its filmstrip."""

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.encoding import Frames
from generator.files import filmstrip_of, preview_of
from generator.filmstrip import Still, draw_filmstrip, save_jpeg
from generator.protocol import GenerationRequest, Stage

_log = logging.getLogger(__name__)

Picture = NDArray[np.uint8]
"""One RGB frame, shape (height, width, 3)."""

_STILLS = 6
"""Pictures of a filmstrip, the first of noise and the last of the clip itself."""
_PREVIEW_EDGE = 512
_SHARE = 0.02
"""Of a run's time, for previews; and for its filmstrip where others wait for the device."""
_PATIENCE = 10.0
"""Seconds of a run before its first preview; a quicker one is there before it is missed."""
_INTERVAL = 5.0


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One frame of the clip as the network saw it in the noise at one step, still as latents."""

    step: int
    """Of the steps done; 0 is the noise itself."""
    total_steps: int
    timestep: float
    """What the network was told of the noise: the schedule's own number, from noise down to 0."""
    frame: int
    """Which of the clip's frames it is."""
    share: float
    """Of the whole clip's decoding that one picture takes, about."""
    at_hand: bool
    """Whether the decoder lies on the device; under offload it does not while a run goes on."""
    picture: Callable[[], Picture]
    """Decodes it; in the device's thread, while the model is loaded."""


OnSnapshot = Callable[[Snapshot], None]


class Budget:
    """Time that may go into extras: a share of the time that has passed since it was made.

    None of it is given in the first `patience` seconds, nor more often than every `interval`;
    `spent` is in seconds, too.
    """

    def __init__(
        self,
        share: float = _SHARE,
        *,
        patience: float = _PATIENCE,
        interval: float = _INTERVAL,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._share = share
        self.patience = patience
        self.interval = interval
        self._clock = clock
        self._began = clock()
        self.spent = 0.0
        self._dearest = 0.0
        self._last_end = self._began - interval

    def allows(self) -> bool:
        """Whether one more fits, if it costs what the dearest one did; the first is not known."""
        now = self._clock()
        return (
            now - self._began >= self.patience
            and now - self._last_end >= self.interval
            and self.spent + self._dearest <= self._share * (now - self._began)
        )

    @contextlib.contextmanager
    def spend(self) -> Generator[None]:
        """Count the time of the block."""
        before = self._clock()
        try:
            yield
        finally:
            self._last_end = self._clock()
            cost = self._last_end - before
            self.spent += cost
            self._dearest = max(self._dearest, cost)


class Previews:
    """Decides when a run shows a preview, and writes it; a preview never costs the clip."""

    def __init__(self, path: Path, budget: Budget) -> None:
        self._path = path
        self._budget = budget

    def offer(self, snapshot: Snapshot) -> Path | None:
        """Return where the preview of this snapshot is, whole, or None if there is none now."""
        is_between = 0 < snapshot.step < snapshot.total_steps
        if not (is_between and snapshot.at_hand and self._budget.allows()):
            return None
        with self._budget.spend():
            try:
                image = Image.fromarray(snapshot.picture())
                image.thumbnail((_PREVIEW_EDGE, _PREVIEW_EDGE))
                save_jpeg(image, self._path)
            except Exception as error:  # such as too little memory for a decode beside the run
                _log.warning("no more previews of this run: %s", error)
                self._budget = Budget(share=-1.0)
                return None
        return self._path


class Recorder:
    """Shows previews of one run, keeps what its filmstrip is drawn of, and draws that later."""

    def __init__(
        self,
        request: GenerationRequest,
        on_preview: Callable[[Path], None],
        budget: Budget | None = None,
    ) -> None:
        self._request = request
        self._on_preview = on_preview
        clip = Path(request.output_path)
        self.strip_path = filmstrip_of(clip)
        self._preview_path = preview_of(clip)
        self._previews = Previews(self._preview_path, budget or Budget())
        self._snapshots: list[Snapshot] = []
        self._clip_frame: Picture | None = None
        self._seconds: Mapping[Stage, float] = {}

    @property
    def is_wanted(self) -> bool:
        """Whether the request asks for any of it."""
        return self._request.previews or self._request.filmstrip

    def offer(self, snapshot: Snapshot) -> None:
        """Keep the snapshot if the strip shows it, and a preview of it if it is time for one.

        A strip begins with noise; where that is not handed over, there is none.
        """
        begins = bool(self._snapshots) or snapshot.step == 0
        is_shown = begins and snapshot.step in strip_steps(snapshot.total_steps)
        if self._request.filmstrip and is_shown:
            self._snapshots.append(snapshot)
        if self._request.previews and (preview := self._previews.offer(snapshot)):
            self._on_preview(preview)

    def finish(self, frames: Frames, seconds: Mapping[Stage, float]) -> None:
        """Add the clip itself, and what its run took."""
        if self._snapshots:
            self._clip_frame = frames[self._snapshots[0].frame].copy()
            self._seconds = dict(seconds)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps the strip shows; none where there is nothing to draw."""
        if self._clip_frame is None:
            return ()
        return (*(kept.step for kept in self._snapshots), self._snapshots[0].total_steps)

    @property
    def is_cheap(self) -> bool:
        """Whether drawing costs so little of the run's time that others may wait for it."""
        decoding = self._seconds.get("decoding", 0.0) * sum(kept.share for kept in self._snapshots)
        return decoding <= _SHARE * sum(self._seconds.values())

    def draw(self) -> None:
        """Write the strip, whole or not at all, in the device's thread.

        There is none of a clip that was deleted, nor of a model that was unloaded meanwhile.
        """
        clip = Path(self._request.output_path)
        if self._clip_frame is None or not clip.exists():
            return
        try:
            stills = [Still(kept.step, kept.timestep, kept.picture()) for kept in self._snapshots]
            stills.append(Still(self._snapshots[0].total_steps, 0.0, self._clip_frame))
            draw_filmstrip(stills, self.strip_path)
        except Exception as error:
            _log.warning("there is no filmstrip of %s: %s", self._request.id, error)
        if not clip.exists():  # deleted while it was drawn
            self.strip_path.unlink(missing_ok=True)

    def remove_preview(self) -> None:
        """Remove what only a running clip needs."""
        if self._request.previews:
            self._preview_path.unlink(missing_ok=True)


def strip_steps(total_steps: int) -> frozenset[int]:
    """Return the steps of a filmstrip but for the last; most are early, where most changes."""
    steps = {-(-total_steps * i * i // (_STILLS - 1) ** 2) for i in range(_STILLS)}
    return frozenset(steps - {total_steps})
