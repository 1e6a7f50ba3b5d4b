"""The picture a clip begins with."""

from PIL import Image, ImageOps, UnidentifiedImageError

from generator.errors import GenerationError
from generator.given_clips import last_frame
from generator.messages import N_
from generator.protocol import GenerationRequest


def first_picture(request: GenerationRequest) -> Image.Image | None:
    """Return the picture a clip begins with, in its size; None if there is none.

    Raises `GenerationError("invalid")` for a file that cannot be read.
    """
    if request.continues is not None:
        return Image.fromarray(last_frame(request.continues, request.width, request.height))
    if request.image_path is not None:
        return read_picture(request.image_path, request.width, request.height)
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
