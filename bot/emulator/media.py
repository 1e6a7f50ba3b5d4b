"""What a file's name and first bytes tell: its content type, and the size of its picture."""

import mimetypes
import struct

Size = tuple[int, int]
"""Width and height, in pixels."""


def content_type(filename: str) -> str:
    """Uploads say application/octet-stream, so the name decides, as it does on Discord."""
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


def picture_size(data: bytes, kind: str) -> Size | None:
    """The size of a PNG, GIF, JPEG or MP4; None for anything else or anything broken."""
    readers = {
        "image/png": _png_size,
        "image/gif": _gif_size,
        "image/jpeg": _jpeg_size,
        "video/mp4": _mp4_size,
    }
    reader = readers.get(kind)
    try:
        return reader(data) if reader is not None else None
    except (struct.error, IndexError):
        return None


def _png_size(data: bytes) -> Size | None:
    width, height = struct.unpack_from(">II", data, 16)
    return (width, height) if data.startswith(b"\x89PNG\r\n\x1a\n") else None


def _gif_size(data: bytes) -> Size | None:
    width, height = struct.unpack_from("<HH", data, 6)
    return (width, height) if data.startswith(b"GIF8") else None


def _jpeg_size(data: bytes) -> Size | None:
    offset = 2
    while data[offset] == 0xFF:
        marker = data[offset + 1]
        # the frame headers SOF0 to SOF15, without DHT, JPG and DAC that share their range
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, offset + 5)
            return width, height
        offset += 2 + struct.unpack_from(">H", data, offset + 2)[0]
    return None


def _mp4_size(data: bytes) -> Size | None:
    """The first track header with a picture: its last two fields are 16.16 fixed point."""
    start = data.find(b"tkhd")
    while start >= 0:
        box_size = struct.unpack_from(">I", data, start - 4)[0]
        width, height = struct.unpack_from(">II", data, start - 4 + box_size - 8)
        if width and height:
            return width >> 16, height >> 16
        start = data.find(b"tkhd", start + 4)
    return None
