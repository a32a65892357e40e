"""QR codes (ISO/IEC 18004) as SVG pictures."""

import io


def draw_code(text: str) -> bytes:
    """Return a text's QR code as SVG, as wide as the page makes it."""
    import segno  # noqa: PLC0415 - slow to load, and rarely needed

    image = io.BytesIO()
    code = segno.make(text, error="l", micro=False)
    code.save(image, kind="svg", border=4, dark="#000", light="#fff", omitsize=True)
    return image.getvalue()
