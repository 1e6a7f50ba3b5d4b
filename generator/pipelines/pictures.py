"""The picture, or the last frames of a clip, that a clip begins with."""

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from generator.encoding import Frames
from generator.errors import GenerationError
from generator.given_clips import last_frames
from generator.messages import N_
from generator.protocol import GenerationRequest


def first_frames(request: GenerationRequest, most: int = 1) -> Frames | None:
    """Return what a clip begins with, in its size, (n, height, width, 3); None if nothing is given.

    Of a clip that it goes on from, these are the last `most` frames, or as many as there are.
    Raises `GenerationError("invalid")` for a file that cannot be read.
    """
    if request.continues is not None:
        return last_frames(request.continues, request.width, request.height, most)
    if request.image_path is not None:
        return np.array(read_picture(request.image_path, request.width, request.height))[None]
    return None


def read_picture(path: str, width: int, height: int) -> Image.Image:
    """Return a picture in RGB that fills the size in pixels; what is too wide or too high is cut.

    Raises `GenerationError("invalid")` for a file that is no picture, or far too large a one.
    """
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise GenerationError(
            "invalid", N_("The file is not a picture that can be read. Send a PNG or JPEG.")
        ) from error
    except OSError as error:
        raise GenerationError(
            "invalid", N_("The picture could not be read; it may be damaged. Send it again.")
        ) from error
    return ImageOps.fit(upright, (width, height), Image.Resampling.LANCZOS)
