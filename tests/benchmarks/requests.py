"""What the load says: HTTP requests as bytes, and the receipts that it sends."""

import io

from PIL import Image

from comanda.domain.staff import Role
from tests.benchmarks.history import TOKENS

BOUNDARY = b"----------------benchmark"


def http(method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def form(method: str, path: str, fields: dict[str, str], file: bytes, *headers: str) -> bytes:
    """A `multipart/form-data` request with one file, said to be a JPEG."""
    parts = [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name.encode(), value.encode())
        for name, value in fields.items()
    ]
    disposition = b'Content-Disposition: form-data; name="file"; filename="recibo.jpg"\r\n'
    parts.append(disposition + b"Content-Type: image/jpeg\r\n\r\n" + file)
    body = b"".join(b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in parts)
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}"
    return http(method, path, body + b"--" + BOUNDARY + b"--\r\n", kind, *headers)


def cookie(role: str) -> str:
    return f"Cookie: comanda_session={TOKENS[Role(role)]}"


QUANTIZATION = b"\xff\xdb\x00\x43\x00"  # the start of a JPEG's first table, for the brightness
STEPS, NUMBER_BITS = 64, 24
_photos: dict[int, bytes] = {}


def photo(number: int, size: int) -> bytes:
    """A JPEG of about `size` bytes that no other number has, and that shows something else.

    What receipts show is evidence. The number is in the finest steps of the quantization table, so
    that there is no metadata to be taken out.
    """
    if size not in _photos:
        _photos[size] = _noise(size)
    whole = _photos[size]
    end = whole.index(QUANTIZATION) + len(QUANTIZATION) + STEPS
    steps = (step + (number >> bit & 1) for bit, step in enumerate(whole[end - NUMBER_BITS : end]))
    return whole[: end - NUMBER_BITS] + bytes(steps) + whole[end:]


def _noise(size: int) -> bytes:
    """Noise, since it is the pixels that decide a JPEG's size: 0.39 bytes each here."""
    side = int((size / 0.392) ** 0.5)
    packed = io.BytesIO()
    Image.effect_noise((side, side), 18).convert("RGB").save(packed, "JPEG", quality=85)
    return packed.getvalue()
