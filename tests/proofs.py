"""Proofs' files: whether they are taken, and what they show."""

import hashlib
import io

import pillow_heif
from PIL import Image

from comanda.domain.payments import Proof
from comanda.media.inspection import inspect

pillow_heif.register_heif_opener()


def inspected(data: bytes) -> Proof:
    """The proof of a received file; raises UnsupportedFile for a file that is not taken."""
    return inspect(data, hashlib.sha256(data).hexdigest())


def pixels(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")
