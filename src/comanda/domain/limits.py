"""The limits of requests, which the pages tell people before they send anything."""

from dataclasses import dataclass

from comanda.domain.evidence import LONGEST_REFERENCE
from comanda.domain.names import LONGEST_NAME
from comanda.domain.staff import LONG_PIN, LONGEST_PIN, LONGEST_USERNAME, SHORTEST_PIN


@dataclass(frozen=True, slots=True)
class Limits:
    """The most characters of a text, the highest value of a number, the most rows of a list.

    `shortest_pin` is the fewest characters of a PIN; `shortest_money_pin` is the fewest characters
    of the PIN of a cashier or an admin. `orders` is the most orders that an answer lists.
    """

    name: int = LONGEST_NAME
    username: int = LONGEST_USERNAME
    shortest_pin: int = SHORTEST_PIN
    shortest_money_pin: int = LONG_PIN
    pin: int = LONGEST_PIN
    currency: int = 5
    reference: int = LONGEST_REFERENCE
    reason: int = 200
    note: int = 200
    table_number: int = 9999
    customer: int = 40
    account: int = 64
    qr: int = 512
    quantity: int = 999
    items: int = 100
    orders: int = 500


LIMITS = Limits()
