"""No request delays somebody else's order: a stranger's by 50 ms at most, a colleague's by 250 ms.

The rule is a time, so this is the place where a test asserts one. It compares with orders placed
just before, on the same machine, and takes the mildest of several tries: what a request costs it
costs every time.
"""

import pytest

from tests.attacks.costs import ATTACKS, COLLEAGUE, STRANGER, measure
from tests.faults.figures import report

AGAIN = 4
GROUPS = {
    "strangers": [name for name, attack in ATTACKS.items() if attack.member is None],
    "colleagues": [name for name, attack in ATTACKS.items() if attack.member is not None],
}


@pytest.mark.parametrize("who", GROUPS)
def test_nobodys_order_waits_for_somebody_elses_request(who: str) -> None:
    allowed = STRANGER if who == "strangers" else COLLEAGUE
    delays = measure(GROUPS[who])
    for _ in range(AGAIN):  # a machine that does other things besides is late now and then
        late = [name for name, seconds in delays.items() if seconds > allowed]
        delays |= measure(late) if late else {}
    report(who, **{name: f"{1000 * seconds:.0f} ms" for name, seconds in delays.items()})
    assert {name: seconds for name, seconds in delays.items() if seconds > allowed} == {}
