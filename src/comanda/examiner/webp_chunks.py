"""Complete a WebP whose last pixels are missing, as browsers do that show what is there."""

import struct

_HEAD_BYTES, _CHUNK_HEAD_BYTES = 12, 8
_PICTURES = (b"VP8 ", b"VP8L")
_MISSING = bytes(256 * 1024)


def padded_webp(data: bytes) -> bytes:
    """Return the WebP with zeros in place of the pixels that a cut may have taken.

    Raises struct.error or ValueError for a file without a picture.
    """
    position = _HEAD_BYTES
    while position < len(data):
        kind, size = struct.unpack_from("<4sI", data, position)
        body = position + _CHUNK_HEAD_BYTES
        if kind in _PICTURES:
            picture = data[body : body + size] + _MISSING
            picture += bytes(len(picture) % 2)
            chunk = struct.pack("<4sI", kind, len(picture)) + picture
            rest = data[_HEAD_BYTES:position] + chunk
            return b"RIFF" + struct.pack("<I", 4 + len(rest)) + b"WEBP" + rest
        position = body + size + size % 2
    raise ValueError("no picture")
