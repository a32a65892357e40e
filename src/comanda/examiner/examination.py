"""Examine a proof's file: hashes, thumbnail, damage, the file to show in its place, its text."""

import time
from collections.abc import Sequence
from dataclasses import replace

from comanda.domain.examinations import PDF, UNDRAWN_PDF, Facts
from comanda.examiner.pdfs import content_of, examine_pdf, first_page, text_pages
from comanda.examiner.pictures import (
    DAMAGE_ERRORS,
    BeyondLimits,
    examine_picture,
    grey_picture,
)
from comanda.examiner.reader import Reader
from comanda.examiner.texts import Text, text_of_pages, text_of_picture
from comanda.examiner.words import Hints

# The server ends an examination that takes 10 s. A large picture is decoded for seconds before its
# text is read, and the other facts must not be lost with the text.
TEXT_SECONDS = 8.0


def examine(
    content_type: str, data: bytes, hints: Hints | None = None, readers: Sequence[Reader] = ()
) -> Facts | None:
    """Return the facts about a stored file, or None if the limits don't suffice for the file.

    The text is read where there are hints. What can't be read leaves the other facts.
    """
    end = time.monotonic() + TEXT_SECONDS
    try:
        if content_type == UNDRAWN_PDF:
            return Facts(content=content_of(data))
        is_pdf = content_type == PDF
        facts = examine_pdf(data) if is_pdf else examine_picture(content_type, data)
    except (BeyondLimits, MemoryError):
        return None
    if hints is None:
        return facts
    try:
        if is_pdf:
            text = _text_of_pdf(data, hints, readers, end)
        else:
            text = _text_of_picture(content_type, data, facts, hints, readers, end)
    except (BeyondLimits, MemoryError, *DAMAGE_ERRORS):
        return facts
    return replace(facts, reading=text.reading, source=text.source, code=text.code)


def _text_of_picture(
    content_type: str,
    data: bytes,
    facts: Facts,
    hints: Hints,
    readers: Sequence[Reader],
    end: float,
) -> Text:
    """Read a picture as it is shown: a HEIC as the JPEG that is stored in its place."""
    if facts.shown is not None:
        content_type, data = facts.shown.content_type, facts.shown.data
    picture = grey_picture(content_type, data, is_damaged=facts.is_damaged)
    return text_of_picture(picture, hints, readers, end)


def _text_of_pdf(data: bytes, hints: Hints, readers: Sequence[Reader], end: float) -> Text:
    """Read a PDF's own text; where there is none, its first page as a picture."""
    pages = text_pages(data)
    picture = first_page(data)
    if pages:
        return text_of_pages(pages, picture, hints)
    return Text() if picture is None else text_of_picture(picture, hints, readers, end)
