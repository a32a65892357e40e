"""Drawn receipts of banks and wallets: their facts, and pictures of them as a house gets them."""

from tests.receipts.choices import make, vary
from tests.receipts.designs import DESIGNS
from tests.receipts.drawing import draw
from tests.receipts.facts import Quality, Receipt, Theme, Variation

__all__ = ["DESIGNS", "Quality", "Receipt", "Theme", "Variation", "draw", "make", "vary"]
