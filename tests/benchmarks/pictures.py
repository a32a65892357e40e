"""How long a photo takes to be judged by its structure and cleaned, in processor time.

Run: `.venv/bin/python -m tests.benchmarks.pictures`
"""

import io
import statistics
import time

from PIL import Image, ImageFilter

from tests.proofs import inspected
from tests.test_pictures import packed, receipt

RUNS = 15


def camera(width: int, height: int) -> bytes:
    """A photo with as much detail as a camera's."""
    noise = Image.effect_noise((width, height), 60).filter(ImageFilter.GaussianBlur(2))
    out = io.BytesIO()
    noise.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def milliseconds(data: bytes) -> list[float]:
    spent = []
    for _ in range(RUNS):
        begun = time.process_time()
        inspected(data)
        spent.append(1000 * (time.process_time() - begun))
    return sorted(spent)


def main() -> None:
    photos = {
        "a receipt, 0.9 megapixels": packed(receipt(1)),
        "shrunk by the phone, 1.9 megapixels": camera(1600, 1200),
        "a camera's, 12 megapixels": camera(4000, 3000),
    }
    print(f"{'photo':38}{'KB':>7}{'median ms':>11}{'least':>8}{'most':>8}")
    for name, data in photos.items():
        spent = milliseconds(data)
        figures = f"{statistics.median(spent):11.3f}{spent[0]:8.3f}{spent[-1]:8.3f}"
        print(f"{name:38}{len(data) // 1024:7}{figures}")


if __name__ == "__main__":
    main()
