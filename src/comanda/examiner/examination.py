"""Examine a proof's file: hashes, thumbnail, damage, and the file to show in its place."""

from comanda.domain.examinations import Facts
from comanda.examiner.pdfs import examine_pdf
from comanda.examiner.pictures import BeyondLimits, examine_picture


def examine(content_type: str, data: bytes) -> Facts | None:
    """Return the facts about a stored file, or None if the limits don't suffice for the file."""
    try:
        if content_type == "application/pdf":
            return examine_pdf(data)
        return examine_picture(content_type, data)
    except (BeyondLimits, MemoryError):
        return None
