"""What the examination of a proof's file finds out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A file to store in place of the received one, with its content type."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that an examination found about a proof's file.

    `is_damaged` means that the file can't be shown whole. `content` is a hash of what the file
    shows, without its other data; empty if unknown. `image_hash` is the picture's perceptual hash
    of 1,024 bits, or None. `thumbnail` is an upright WebP on white, at most 320 px, or None.
    `shown` is the file to store in place of the received one, or None.
    """

    is_damaged: bool
    content: str
    image_hash: bytes | None
    thumbnail: bytes | None
    shown: Shown | None
