"""Examine a proof's file: hashes, thumbnail, damage, and the file to show in its place."""

from comanda.domain.examinations import PDF, UNDRAWN_PDF, Facts
from comanda.examiner.pdfs import content_of, examine_pdf
from comanda.examiner.pictures import BeyondLimits, examine_picture


def examine(content_type: str, data: bytes) -> Facts | None:
    """Return the facts about a stored file, or None if the limits don't suffice for the file."""
    try:
        if content_type == PDF:
            return examine_pdf(data)
        if content_type == UNDRAWN_PDF:
            return Facts(content=content_of(data))
        return examine_picture(content_type, data)
    except (BeyondLimits, MemoryError):
        return None
