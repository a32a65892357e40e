"""A PNG's chunks that make its pixels (PNG third edition, section 5)."""

from collections.abc import Iterator

from comanda.media.png import CRITICAL, SIGNATURE, packed_chunk
from comanda.media.trimming import exact_pixels

_FRAME_BYTES = 12  # a chunk's length, kind and checksum


def pixel_parts(data: bytes) -> Iterator[bytes]:
    """Yield the parts that make a bare PNG's pixels: head, palette, transparency, packed pixels."""
    for kind, chunk in _chunks(data):
        if kind in CRITICAL or kind == b"tRNS":
            yield chunk[8:-4]


def cleaned_png(data: bytes) -> bytes:
    """Return the PNG without data that is packed behind its pixels."""
    chunks = list(_chunks(data))
    head = next((chunk[8:-4] for kind, chunk in chunks if kind == b"IHDR"), b"")
    packed = b"".join(chunk[8:-4] for kind, chunk in chunks if kind == b"IDAT")
    pixels = exact_pixels(head, packed)
    if pixels is None:
        return data
    first = next(at for at, (kind, _) in enumerate(chunks) if kind == b"IDAT")
    pieces = [chunk for kind, chunk in chunks[:first]]
    pieces.append(packed_chunk(b"IDAT", pixels))
    pieces += [chunk for kind, chunk in chunks[first:] if kind != b"IDAT"]
    return SIGNATURE + b"".join(pieces)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk with its kind. Raises ValueError for a chunk that was cut off."""
    position = len(SIGNATURE)
    while position < len(data):
        end = position + _FRAME_BYTES + int.from_bytes(data[position : position + 4])
        if len(data) < end:
            raise ValueError("cut off")
        yield data[position + 4 : position + 8], data[position:end]
        position = end
