"""The server takes no answer that is none about this file, or that would harm a browser."""

import io
from typing import Any

import pytest
from PIL import Image

from comanda.domain.examinations import Facts, Shown
from comanda.examiner import answers, frames
from comanda.examiner.examination import examine
from tests.examiner.test_process import FILES


def packed(image_format: str, side: int = 16, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(out, image_format, **options)
    return out.getvalue()


def answered(content_type: str, facts: Facts | None) -> Facts | None:
    frame = frames.encode_answer(facts)
    header = frames.decode_header(frame[: frames.HEADER_BYTES])
    return answers.decode_answer(content_type, header, frame[frames.HEADER_BYTES :])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_the_examiner_finds_is_taken(path: Any) -> None:
    content_type, data = FILES[path], path.read_bytes()
    for file in (data, data[: len(data) // 2]):
        facts = examine(content_type, file)
        assert answered(content_type, facts) == facts


SCRIPT = b"<script>alert(1)</script>"
JPEG, PNG, WEBP = packed("JPEG"), packed("PNG"), packed("WEBP")
LIES: dict[str, tuple[str, Facts]] = {
    "a thumbnail of nothing": ("image/jpeg", Facts(thumbnail=b"")),
    "a thumbnail that is a script": ("image/jpeg", Facts(thumbnail=SCRIPT)),
    "a thumbnail of another kind": ("image/jpeg", Facts(thumbnail=JPEG)),
    "a thumbnail before a script": ("image/jpeg", Facts(thumbnail=WEBP + SCRIPT)),
    "a thumbnail with metadata": (
        "image/jpeg",
        Facts(thumbnail=packed("WEBP", exif=b"Exif\0\0MM\0*" + SCRIPT)),
    ),
    "a thumbnail of many pixels": ("image/jpeg", Facts(thumbnail=packed("WEBP", side=321))),
    "a thumbnail of many bytes": (
        "image/jpeg",
        Facts(thumbnail=b"RIFF\x00\x00\x00\x01WEBP" + bytes(1 << 20)),
    ),
    "a script for a HEIC": ("image/heic", Facts(shown=Shown("image/jpeg", SCRIPT))),
    "a JPEG with a script": (
        "image/heic",
        Facts(shown=Shown("image/jpeg", packed("JPEG", comment=SCRIPT))),
    ),
    "a JPEG before a script": ("image/heic", Facts(shown=Shown("image/jpeg", JPEG + SCRIPT))),
    "a PNG that says it is a JPEG": ("image/heic", Facts(shown=Shown("image/jpeg", PNG))),
    "a PNG for a HEIC": ("image/heic", Facts(shown=Shown("image/png", PNG))),
    "another JPEG for a JPEG": ("image/jpeg", Facts(shown=Shown("image/jpeg", JPEG))),
    "a JPEG for a PDF": ("application/pdf", Facts(shown=Shown("image/jpeg", JPEG))),
}


@pytest.mark.parametrize("what", LIES)
def test_a_picture_that_no_honest_examiner_answers_is_not_taken(what: str) -> None:
    with pytest.raises(frames.BrokenFrame):
        answered(*LIES[what])
