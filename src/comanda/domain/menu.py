"""What the house sells."""

from dataclasses import dataclass

from comanda.domain.wire import Wire, money


@dataclass(frozen=True, slots=True)
class Product:
    """A dish or drink; `price` in minor units."""

    id: int
    name: str
    category: str
    price: int
    available: bool = True

    def wire(self) -> Wire:
        """`{id, name, category, price, available}`."""
        return {
            "id": str(self.id),
            "name": self.name,
            "category": self.category,
            "price": money(self.price),
            "available": self.available,
        }
