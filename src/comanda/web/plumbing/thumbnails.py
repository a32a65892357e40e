"""Small pictures for lists, made at the first request and kept in memory."""

import asyncio
from collections import OrderedDict
from dataclasses import replace

from comanda.domain.errors import NotFound
from comanda.domain.payments import Proof
from comanda.media import pictures

KEPT = 256  # about 10 KB each


class Thumbnails:
    """The most recently requested thumbnails, by payment."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Proof] = OrderedDict()

    async def of(self, payment_id: int, proof: Proof) -> Proof:
        """Return a WebP of the payment's proof, at most 320 px long. Raises NotFound for a PDF."""
        if proof.content_type == "application/pdf":
            raise NotFound("Un PDF no tiene miniatura")
        if payment_id not in self._kept:
            small = await asyncio.to_thread(pictures.thumbnail, proof.data)
            self._kept[payment_id] = replace(proof, content_type="image/webp", data=small)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(payment_id)
        return self._kept[payment_id]
