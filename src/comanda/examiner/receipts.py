"""Draw the demo's receipts: `python -m comanda.examiner.receipts`, started by the demo.

The process reads one JSON list of `receipt`'s arguments a line, and answers each with the length of
a JPEG in four bytes and the JPEG, until the demo closes the pipe.
"""

import io
import json
import sys

from PIL import Image, ImageDraw, ImageFont

LENGTH_BYTES = 4


def receipt(
    total: int,
    reference: str,
    payer: str = "Laura Mendoza",
    when: str = "28/11/2026 20:41",
    holder: str = "Restaurante La Fonda",
    ending: str = "4471",
) -> bytes:
    """Return a JPEG of a transfer receipt on a guest's phone; `total` in minor units.

    The money goes to the `holder` of the account with this `ending`. Pillow's own font, which draws
    the letters, has no accents.
    """
    image = Image.new("RGB", (720, 1080), "#f4f6f8")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 60, 680, 1020), radius=32, fill="white", outline="#d5dbe1")
    draw.ellipse((310, 110, 410, 210), fill="#12805c")
    draw.line((335, 162, 355, 182, 388, 140), fill="white", width=10)
    lines = (
        (240, 44, "Transferencia exitosa"),
        (318, 28, "Monto"),
        (355, 76, f"$ {total / 100:,.2f}"),
        (465, 28, when),
        (530, 30, f"Cuenta destino  ···· {ending}"),
        (580, 30, holder),
        (670, 28, "Ordenante"),
        (710, 34, payer),
        (800, 28, "Clave de rastreo"),
        (845, 44, reference),
    )
    for top, size, text in lines:
        draw.text((360, top), text, "#1d2730", ImageFont.load_default(size), anchor="ma")
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=85)
    return packed.getvalue()


def main() -> None:
    """Draw a receipt for each line of standard input."""
    for line in sys.stdin:
        photo = receipt(*json.loads(line))
        sys.stdout.buffer.write(len(photo).to_bytes(LENGTH_BYTES) + photo)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
