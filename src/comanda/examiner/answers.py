"""Which of the examiner's answers the server takes.

A decoder that a file took over may answer anything, and browsers get the pictures.
"""

from comanda.domain.examinations import Facts
from comanda.examiner import frames
from comanda.media import inspection

# The kinds of files that get another file in their place, and the kinds that this may be.
_SHOWN_FOR = {
    "image/heic": ("image/jpeg",),
    "image/png": ("image/jpeg", "image/png"),
    "image/webp": ("image/jpeg",),
}
_LARGEST_THUMBNAIL = 256 * 1024


def decode_answer(content_type: str, header: frames.Header, body: bytes) -> Facts | None:
    """Return the facts about a file of this type, or None if it is unreadable within the limits.

    Raises BrokenFrame, also for pictures that the gate would not take from a phone as they are.
    """
    facts = frames.decode_answer(header, body)
    if facts is None:
        return None
    thumbnail, shown = facts.thumbnail, facts.shown
    if thumbnail is not None and (
        len(thumbnail) > _LARGEST_THUMBNAIL or not inspection.is_thumbnail(thumbnail)
    ):
        raise frames.BrokenFrame("no thumbnail")
    if shown is not None and (
        shown.content_type not in _SHOWN_FOR.get(content_type, ())
        or not inspection.is_bare(shown.content_type, shown.data)
    ):
        raise frames.BrokenFrame("no file that may be shown in place of this one")
    return facts
