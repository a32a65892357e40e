"""Who hears what: the design's section 6, written out a second time."""

import pytest

from comanda.domain.events import AUDIENCE, EventType, heard_by
from comanda.domain.orders import TRANSITIONS
from comanda.domain.staff import Role

HEARD = {
    "waiter": {
        "order_updated",
        "order_ready",
        "payment_rejected",
        "payment_approved",
        "order_voided",
        "menu_updated",
        "payment_seen",
        "payment_unseen",
        "payment_examined",
    },
    "kitchen": {"order_updated", "order_placed", "order_voided", "menu_updated"},
    "cashier": {
        "order_updated",
        "payment_verification_pending",
        "order_voided",
        "menu_updated",
        "payment_unseen",
        "payment_examined",
        "deposit_arrived",
        "deposit_tied",
    },
    "admin": {
        "order_updated",
        "order_placed",
        "order_ready",
        "payment_verification_pending",
        "payment_rejected",
        "payment_approved",
        "order_voided",
        "menu_updated",
        "payment_seen",
        "payment_unseen",
        "payment_examined",
        "deposit_arrived",
        "deposit_tied",
    },
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", list(EventType))
def test_a_role_hears_what_is_for_it_and_nothing_else(role: Role, kind: EventType) -> None:
    meant = kind.value in HEARD[role.value]
    assert (role in AUDIENCE[kind]) == meant
    assert (kind in heard_by(role)) == meant


def test_there_is_no_event_that_the_design_does_not_name() -> None:
    assert {kind.value for kind in EventType} == HEARD["admin"]
    assert {role.value for role in Role} == set(HEARD)


def test_a_notice_goes_to_whoever_acts_next_or_was_waiting_for_the_answer_or_must_stop() -> None:
    told = {
        row.target.value: sorted(AUDIENCE[row.notice] - {Role.ADMIN})
        for row in TRANSITIONS
        if row.notice
    }
    assert told == {
        "pendiente": ["kitchen"],
        "listo": ["waiter"],
        "por_verificar": ["cashier"],
        "anulado": ["cashier", "kitchen", "waiter"],
    }
