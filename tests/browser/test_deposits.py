"""The money that arrived, at the till and on the waiters' phones.

Money arrives as the bank's notices bring it, through the till's verb.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda import till
from comanda.config import Config, Deposits
from comanda.domain.deposits import DepositSource
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, hear, refresh_until, settled
from tests.browser.layout import SIZES, all_flaws
from tests.browser.test_examination import approve_button, card, open_card, open_till, submit
from tests.browser.test_shell import TOO_SMALL, violations
from tests.house import ANA, BETO, LUIS, MARA, ROSA, House

MONEY = 1568  # the highest tone of the sound of money, in hertz
ARRIVED = "💰 Llegó $ 241.00 ahora · Marcos Peña · aviso del banco"
MISSING = "No ha llegado nada por $ 241.00"


@pytest.fixture
def config(config: Config) -> Config:
    """A house with a bank's phone, of which it is soon noticed that nothing has come."""
    return replace(config, deposits=Deposits(secret="una clave muy larga", overdue_seconds=120))


async def arrive(house: House, amount: int = 24100, **more: Any) -> dict[str, Any]:
    """Money arrives by the bank's word."""
    return await house.hears_of_money(amount, **more)


async def beat(house: House) -> None:
    """The bank's phone is in reach."""
    await house.app[DATABASE].write(till.hear_heartbeat)


async def put_tie(
    house: House, deposit: dict[str, Any], payment_id: str | None, cashier: Any = MARA
) -> tuple[int, Any]:
    body = {"payment_id": payment_id}
    return await house.call(cashier, "PUT", f"/deposits/{deposit['id']}/payment", json=body)


async def payment_of(house: House, ids: dict[str, str]) -> dict[str, Any]:
    _, order = await house.call(LUIS, "GET", f"/orders/{ids['order']}")
    return next(one for one in order["payments"] if one["id"] == ids["payment"])


def detail(page: Page) -> Locator:
    return page.locator(".detail")


def line(page: Page) -> Locator:
    """What the detail says of the payment's money."""
    return detail(page).locator(".arrival")


def tick(page: Page) -> Locator:
    return page.get_by_label("Lo vi en la cuenta")


def possible(page: Page) -> Locator:
    return page.locator(".list-pane .possible:visible")


def choice(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Elegir el ingreso")


async def let_go(part: Locator) -> None:
    """Take a tie back: one tap asks, a second one does."""
    await part.get_by_role("button", name="Soltar").click()
    await part.get_by_role("button", name="¿Seguro?").click()


async def money_tones(page: Page) -> int:
    tones: list[float] = await page.evaluate("tones")
    return tones.count(MONEY)


async def shown(page: Page) -> None:
    await expect(approve_button(page)).to_be_enabled()


async def two_possible(
    house: House, table: int = 12
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Two deposits that fit one payment: no rule ties."""
    first = await arrive(house, sender="Marcos Peña", reference="8841 220 1937")
    second = await arrive(house, sender="Elena Ríos")
    return first, second, await submit(house, table)


# ---- the card and the detail


async def test_a_card_turns_green_as_its_money_arrives_and_says_so_aloud(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    page = await open_till(window)
    await page.get_by_role("searchbox").click()  # a browser plays no sound before
    before = await card(page, 12).evaluate("node => getComputedStyle(node).backgroundColor")
    await arrive(house)
    await expect(card(page, 12).locator(".arrival")).to_have_text(f"{ARRIVED} · mismo monto y hora")
    assert before != await card(page, 12).evaluate("node => getComputedStyle(node).backgroundColor")
    await expect(page.get_by_text("Llegó el dinero: mesa 12, $ 241.00")).to_be_attached()
    await page.wait_for_function(f"() => tones.filter((one) => one === {MONEY}).length === 1")
    assert await violations(page) == []


async def test_the_sound_comes_once_for_each_money_and_not_after_a_reload(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    page = await open_till(window)
    await page.get_by_role("searchbox").click()
    await arrive(house)
    await page.wait_for_function(f"() => tones.includes({MONEY})")
    await refresh_until(page, "document.querySelector('.proof-card .arrival')")
    await house.call(MARA, "PUT", f"/payments/{(await all_ids(house))[0]}/seen")  # another event
    await expect(page.locator(".overlooked")).to_have_count(0)
    assert await money_tones(page) == 1
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    await page.get_by_role("searchbox").click()
    await expect(card(page, 12).locator(".arrival")).to_contain_text("💰 Llegó")
    await submit(house, 5)
    await card(page, 5).wait_for()
    assert await money_tones(page) == 0


async def all_ids(house: House) -> list[str]:
    _, listed = await house.call(LUIS, "GET", "/orders")
    return [one["id"] for order in listed["orders"] for one in order["payments"]]


async def test_a_proof_that_finds_its_money_there_already_says_so_with_its_own_call(
    house: House, window: OpenWindow
) -> None:
    page = await open_till(window)
    await page.get_by_role("searchbox").click()
    await arrive(house)
    await submit(house, 12)
    words = "Comprobante nuevo: mesa 12, $ 241.00, el dinero ya llegó"
    await expect(page.get_by_text(words)).to_be_attached()
    await expect(card(page, 12).locator(".arrival")).to_contain_text("💰 Llegó $ 241.00")
    assert await money_tones(page) == 0


async def test_the_minutes_of_an_arrival_go_on(house: House, window: OpenWindow) -> None:
    await submit(house, 12)
    await arrive(house)
    page = await open_till(window)
    await expect(card(page, 12).locator(".arrival")).to_contain_text("ahora")
    house.clock.advance(minutes=3)
    await beat(house)
    await refresh_until(
        page, "document.querySelector('.proof-card .arrival').textContent.includes('hace 3 min')"
    )


async def test_a_statements_line_without_a_time_tells_its_day(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house, 12)
    midnight = house.clock().replace(hour=6, minute=0)  # in Mexico
    line_of_day = await arrive(
        house, source=DepositSource.STATEMENT, at=midnight, is_day=True, sender=None
    )
    if line_of_day["tie"] is None:
        assert (await put_tie(house, line_of_day, ids["payment"]))[0] == 200
    page = await open_till(window)
    told = card(page, 12).locator(".arrival")
    await expect(told).to_contain_text("💰 Llegó $ 241.00 hoy · estado de cuenta")


async def test_the_banks_word_gives_the_tick_and_approving_is_one_key(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house, 12)
    await arrive(house)
    page = await open_till(window)
    await open_card(page, 12)
    await expect(line(page)).to_have_text(f"{ARRIVED} · mismo monto y hora")
    await expect(tick(page)).to_be_checked()
    await expect(tick(page)).to_be_disabled()
    await expect(page.get_by_text("✓ Por el aviso del banco")).to_be_visible()
    await page.keyboard.press("v")  # takes nothing back
    await shown(page)
    async with page.expect_request("**/verdict") as verdict:
        await page.keyboard.press("a")
    assert (await verdict.value).post_data_json == {"verdict": "aprobado"}
    await hear(page, "✓ Aprobado: mesa 12")
    payment = await payment_of(house, ids)
    assert (payment["status"], payment["checked"]) == ("aprobado", "aviso")
    await page.goto(f"{house.url}/caja?orden={ids['order']}")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("· por el aviso del banco")).to_be_visible()
    await expect(dialog.locator(".arrival")).to_contain_text("💰 Llegó $ 241.00")


async def test_the_tick_goes_back_with_the_money_and_a_tap_meant_before_it_counts_for_nothing(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house, 12)
    deposit = await arrive(house)
    page = await open_till(window)
    await open_card(page, 12)
    await expect(tick(page)).to_be_checked()
    await shown(page)
    assert (await put_tie(house, deposit, None))[0] == 200
    await expect(tick(page)).not_to_be_checked()
    await expect(page.get_by_text("El ingreso ya no está unido a este pago")).to_be_visible()
    await expect(tick(page)).to_be_enabled()
    await shown(page)
    await page.keyboard.press("a")
    await expect(page.get_by_text("marca «Lo vi en la cuenta» para aprobar")).to_be_visible()
    assert (await payment_of(house, ids))["status"] == "por_verificar"


async def test_money_that_comes_while_the_detail_is_open_gives_the_tick_of_that_payment_alone(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    page = await open_till(window)
    await open_card(page, 12)
    await expect(tick(page)).not_to_be_checked()
    await arrive(house)
    await expect(tick(page)).to_be_checked()
    await submit(house, 5)
    await settled(page)
    await open_card(page, 5)
    await expect(tick(page)).not_to_be_checked()
    await expect(tick(page)).to_be_enabled()


async def test_a_rejection_lets_the_money_go_which_may_then_be_another_payments(
    house: House, window: OpenWindow
) -> None:
    first = await submit(house, 12)
    await arrive(house)
    page = await open_till(window)
    await open_card(page, 12)
    await shown(page)
    await page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Su dinero ya llegó, según el banco")).to_be_visible()
    await dialog.get_by_label("repetido").check()
    await dialog.get_by_role("button", name="Rechazar").click()
    await hear(page, "Rechazado: mesa 12")
    assert (await payment_of(house, first))["deposit"] is None
    await submit(house, 5)
    await expect(card(page, 5).locator(".arrival")).to_contain_text("💰 Llegó $ 241.00")


# ---- by hand


async def test_one_of_two_possible_is_tied_with_one_tap_and_let_go_again(
    house: House, window: OpenWindow
) -> None:
    first, _, ids = await two_possible(house)
    page = await open_till(window)
    await expect(possible(page)).to_have_text("💰 2 posibles")
    assert await page.evaluate(TOO_SMALL) == []
    await settled(page)
    await possible(page).click()
    rows = choice(page).get_by_role("button", name="Es éste")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("Elena Ríos")
    await expect(rows.nth(1)).to_contain_text("Marcos Peña")
    await expect(rows.nth(1)).to_contain_text("ref. 8841 220 1937 · aviso del banco")
    assert await violations(page) == []
    await settled(page)
    await rows.nth(1).click()
    await expect(choice(page)).to_have_count(0)
    await hear(page, "💰 Unido: mesa 12 · $ 241.00")
    await expect(card(page, 12).locator(".arrival")).to_contain_text("unido a mano por Luis")
    assert (await payment_of(house, ids))["deposit"]["id"] == first["id"]
    assert await money_tones(page) == 0  # who tied it knows
    await open_card(page, 12)
    untie = detail(page).get_by_role("button", name="Soltar")
    await untie.click()
    await expect(detail(page).get_by_role("button", name="¿Seguro?")).to_be_visible()
    assert (await payment_of(house, ids))["deposit"] is not None
    await detail(page).get_by_role("button", name="¿Seguro?").click()
    await hear(page, "Soltado: mesa 12 · $ 241.00")
    await expect(line(page)).to_contain_text("Elena Ríos")  # the only one that fits by a rule
    await expect(line(page)).to_contain_text("mismo monto y hora")
    await let_go(detail(page))
    await expect(detail(page).get_by_role("button", name="💰 2 posibles")).to_be_visible()
    assert (await payment_of(house, ids))["deposit"] is None


async def test_what_another_cashier_has_tied_goes_from_the_open_choice(
    house: House, window: OpenWindow
) -> None:
    _, second, _ = await two_possible(house)
    page = await open_till(window)
    other = await submit(house, 5)  # as likely its own
    await settled(page)
    await possible(page).first.click()
    rows = choice(page).get_by_role("button", name="Es éste")
    await expect(rows).to_have_count(2)
    assert (await put_tie(house, second, other["payment"]))[0] == 200
    await expect(rows).to_have_count(0)  # the other one is then the only one that fits: it is tied
    await expect(choice(page).get_by_text("Este pago ya tiene su ingreso")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(card(page, 12).locator(".arrival")).to_contain_text("Marcos Peña")


async def test_who_ties_too_late_hears_in_a_sentence_that_it_is_taken(
    house: House, window: OpenWindow
) -> None:
    _, second, _ = await two_possible(house)
    other = await submit(house, 5)
    page = await open_till(window)

    async def be_late(route: Route) -> None:
        await put_tie(house, second, other["payment"])
        await route.continue_()

    await page.route("**/deposits/*/payment", be_late, times=1)
    await settled(page)
    await possible(page).first.click()
    await settled(page)
    await choice(page).get_by_role("button", name="Elena Ríos").click()
    await page.wait_for_function("() => said.some((one) => /ingreso/.test(one))")
    said = await page.evaluate("said")
    assert not any("Inténtalo" in one or "Sin conexión" in one for one in said), said


async def test_a_tie_whose_answer_is_lost_can_be_tapped_again(
    house: House, window: OpenWindow
) -> None:
    _, _, ids = await two_possible(house)
    page = await open_till(window)

    async def lose(route: Route) -> None:
        await route.abort()

    await page.route("**/deposits/*/payment", lose, times=1)
    await settled(page)
    await possible(page).click()
    await settled(page)
    await choice(page).get_by_role("button", name="Elena Ríos").click()
    await hear(page, "Sin conexión. Si no cambió, toca otra vez.")
    await choice(page).get_by_role("button", name="Elena Ríos").click()
    await expect(choice(page)).to_have_count(0)
    assert (await payment_of(house, ids))["deposit"]["sender"] == "Elena Ríos"


async def test_money_of_today_outside_of_the_half_hour_is_offered_and_not_called_missing(
    house: House, window: OpenWindow
) -> None:
    await arrive(house, at=house.clock() - timedelta(minutes=50))
    await submit(house, 12)
    house.clock.advance(minutes=3)
    await beat(house)
    page = await open_till(window)
    await expect(possible(page)).to_have_text("💰 1 de hoy con el mismo monto")
    await expect(page.get_by_text(MISSING)).to_have_count(0)
    await settled(page)
    await possible(page).click()
    others = choice(page).get_by_role("list", name="Otros ingresos de hoy con el mismo monto")
    await settled(page)
    await others.get_by_role("button", name="Es éste").click()
    await expect(card(page, 12).locator(".arrival")).to_contain_text("unido a mano por Luis")


async def test_an_approved_payment_of_today_gets_its_money_in_the_orders_dialog(
    house: House, window: OpenWindow
) -> None:
    _, second, ids = await two_possible(house)
    assert (await house.judge(ids["payment"], "aprobado", cashier=MARA))[0] == 200
    page = await open_till(window)
    await page.goto(f"{house.url}/caja?orden={ids['order']}")
    order = page.get_by_role("dialog", name="Mesa 12 · Orden")
    await order.get_by_role("button", name="💰 2 posibles").click()
    await settled(page)
    await choice(page).get_by_role("button", name="Elena Ríos").click()
    await expect(order.locator(".arrival")).to_contain_text("unido a mano por Luis")
    assert (await payment_of(house, ids))["deposit"]["id"] == second["id"]
    await let_go(order)
    await expect(order.locator(".arrival")).to_contain_text("Marcos Peña")
    await let_go(order)
    await expect(order.get_by_role("button", name="💰 2 posibles")).to_be_visible()


async def test_who_sent_a_payment_sees_what_is_possible_and_can_not_tie_it(
    house: House, window: OpenWindow
) -> None:
    await arrive(house)
    await arrive(house, sender="Elena Ríos")
    order = await house.deliver(12)
    _, sent = await house.submit(order["id"], waiter=LUIS)
    page = await open_till(window)
    await expect(card(page, 12).locator(".arrival")).to_have_text("💰 2 posibles")
    await expect(possible(page)).to_have_count(0)
    _, listed = await house.call(LUIS, "GET", "/deposits")
    status, refusal = await house.call(
        LUIS,
        "PUT",
        f"/deposits/{listed['deposits'][0]['id']}/payment",
        json={"payment_id": sent["payment"]["id"]},
    )
    assert (status, refusal["code"]) == (403, "own_payment")


async def test_a_payment_of_several_orders_gets_its_money_as_a_whole(
    house: House, window: OpenWindow
) -> None:
    first, second = await house.deliver(12), await house.deliver(5)
    status, answer = await house.submit(first["id"], more=(("also", second["id"]),))
    assert status == 201, answer
    page = await open_till(window)
    await arrive(house, 48200)
    told = page.locator(".proof-card .arrival")
    await expect(told).to_have_count(1)
    await expect(told).to_contain_text("💰 Llegó $ 482.00")


async def test_each_payment_of_an_order_has_its_own_money(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    for amount in ("100", "141"):
        assert (await house.submit(order["id"], more=(("amount", amount),)))[0] == 201
    page = await open_till(window)
    await arrive(house, 14100)
    green = page.locator(".proof-card[data-arrived=true]")
    await expect(green).to_have_count(1)
    await expect(green.locator(".total")).to_have_text("$ 141.00")


# ---- the bank's phone


async def test_that_nothing_came_is_said_after_a_while_and_only_while_the_phone_is_in_reach(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    await beat(house)
    page = await open_till(window)
    await expect(page.get_by_text(MISSING)).to_have_count(0)
    house.clock.advance(minutes=3)
    await refresh_until(page, "document.querySelector('.proof-card .arrival:not([hidden])')")
    await expect(card(page, 12).locator(".arrival")).to_have_text(MISSING)
    await open_card(page, 12)
    await expect(line(page)).to_have_text(MISSING)
    house.clock.advance(minutes=40)
    silent = "📵 Teléfono del banco: sin señal desde 14:41"
    await refresh_until(page, "document.querySelector('.phone-silent:not([hidden])')")
    await expect(page.locator(".phone-silent")).to_have_text(silent)
    await expect(line(page)).to_have_text(silent)
    await expect(page.get_by_text(MISSING)).to_have_count(0)
    assert await violations(page) == []
    await arrive(house, 9900)  # a notice of other money: the phone is back
    await expect(page.locator(".phone-silent")).to_be_hidden()
    await expect(line(page)).to_have_text(MISSING)


async def test_a_phone_that_was_never_heard_is_told_of_so(house: House, window: OpenWindow) -> None:
    page = await open_till(window)
    await expect(page.locator(".phone-silent")).to_have_text("📵 Teléfono del banco: aún sin señal")


async def test_a_page_without_a_network_says_nothing_of_money_that_has_not_come(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    await beat(house)
    house.clock.advance(minutes=3)
    await beat(house)
    page = await open_till(window)
    await expect(card(page, 12).locator(".arrival")).to_have_text(MISSING)
    await page.context.set_offline(True)
    await page.get_by_text("Sin conexión").first.wait_for()
    await expect(card(page, 12).locator(".arrival")).to_be_hidden()
    await arrive(house)
    await page.context.set_offline(False)
    await expect(card(page, 12).locator(".arrival")).to_contain_text("💰 Llegó $ 241.00")


async def test_what_came_while_the_page_was_away_is_possible_when_it_is_back(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    await beat(house)
    page = await open_till(window)
    await page.context.set_offline(True)
    await page.get_by_text("Sin conexión").first.wait_for()
    await submit(house, 5)
    await arrive(house)  # two payments, one deposit: no rule ties
    await page.context.set_offline(False)
    await page.get_by_text("En línea").wait_for()
    await expect(possible(page)).to_have_text(["💰 1 posible", "💰 1 posible"])


class TestWithoutABank:
    """A house whose bank tells of nothing."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return replace(config, deposits=Deposits())

    async def test_nothing_of_all_this_is_seen_or_asked(
        self, house: House, window: OpenWindow
    ) -> None:
        await submit(house, 12)
        house.clock.advance(minutes=10)
        asked: list[str] = []
        opened = await window(LUIS, "/healthz")
        opened.page.on("request", lambda request: asked.append(request.url))
        await opened.page.goto(f"{house.url}/caja")
        page = opened.page
        await page.get_by_text("En línea").wait_for()
        await open_card(page, 12)
        await shown(page)
        await refresh_until(page, "document.querySelector('.detail .tick')")
        await expect(page.locator(".arrival:visible, .possible:visible")).to_have_count(0)
        await expect(page.locator(".phone-silent")).to_have_count(0)
        assert [url for url in asked if "deposit" in url] == []

    async def test_a_statements_line_is_enough_to_tie_by_hand(
        self, house: House, window: OpenWindow
    ) -> None:
        ids = await submit(house, 12)
        await submit(house, 5)
        page = await open_till(window)
        await arrive(house, source=DepositSource.STATEMENT)
        await expect(possible(page)).to_have_text(["💰 1 posible", "💰 1 posible"])
        await settled(page)
        await possible(page).first.click()
        await settled(page)
        await choice(page).get_by_role("button", name="estado de cuenta").click()
        await expect(card(page, 12).locator(".arrival")).to_contain_text("estado de cuenta")
        assert (await payment_of(house, ids))["deposit"]["source"] == "estado"


# ---- two tabs, the administrator, the waiters


async def test_a_second_tab_and_another_cashier_see_the_same(
    house: House, window: OpenWindow
) -> None:
    await two_possible(house)
    opened = await window(LUIS, "/caja")
    await opened.page.get_by_text("En línea").wait_for()
    second = (await window(LUIS, "/caja", context=opened.context)).page
    mara = (await window(MARA, "/caja")).page
    for page in (second, mara):
        await page.get_by_text("En línea").wait_for()
        await expect(possible(page)).to_have_text("💰 2 posibles")
    await settled(mara)
    await possible(mara).click()
    await settled(mara)
    await choice(mara).get_by_role("button", name="Elena Ríos").click()
    for page in (opened.page, second, mara):
        await expect(card(page, 12).locator(".arrival")).to_contain_text("unido a mano por Mara")
        await expect(possible(page)).to_have_count(0)


async def test_an_administrator_ties_at_the_till_as_well(house: House, window: OpenWindow) -> None:
    await two_possible(house)
    page = (await window(ROSA, "/caja")).page
    await page.get_by_text("En línea").wait_for()
    await settled(page)
    await possible(page).click()
    await settled(page)
    await choice(page).get_by_role("button", name="Elena Ríos").click()
    await expect(card(page, 12).locator(".arrival")).to_contain_text("unido a mano por Rosa")


async def test_waiters_hear_that_the_money_came_and_not_from_whom(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver(12)
    await house.submit(order["id"])
    page = (await window(BETO, "/mesero?ver=cobrar", PHONE)).page
    await page.get_by_text("En línea").wait_for()
    told = page.get_by_role("article", name="Mesa 12").get_by_text("💰 El dinero ya llegó")
    await expect(told).to_have_count(1)
    await expect(told).to_be_hidden()
    await arrive(house, reference="8841 220 1937")
    await expect(told).to_be_visible()
    assert "Marcos" not in await page.content()
    assert "8841" not in await page.content()
    assert await all_flaws(page) == {}


async def test_each_payments_line_tells_the_waiter_of_its_own_money(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver(12)
    for amount in ("100", "141"):
        await house.submit(order["id"], more=(("amount", amount),))
    page = (await window(ANA, "/mesero?ver=cobrar", PHONE)).page
    await page.get_by_text("En línea").wait_for()
    await arrive(house, 14100)
    lines = page.get_by_role("list", name="Pagos", exact=True).get_by_role("listitem")
    await expect(lines.nth(1)).to_have_text(
        "⏳ $ 141.00 · transferencia · ana · 💰 el dinero ya llegó"
    )
    await expect(lines.nth(0)).to_have_text("⏳ $ 100.00 · transferencia · ana")


# ---- in every size


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
async def test_nothing_about_money_covers_is_cut_or_overlaps(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    name = "María Guadalupe de los Ángeles Hernández"
    number = "0123456789" * 4
    await submit(house, 4)
    await arrive(house, sender=name, reference=number)
    await arrive(house, sender=name, reference=number[2:])
    await arrive(house, sender="maximilianoconstantinodelarosaiturbide" * 2)
    await submit(house, 12)
    order = await house.deliver(7)
    await house.submit(order["id"], more=(("amount", "100"),))
    house.clock.advance(minutes=36)  # without a sign of life of the phone
    page = await open_till(window, size=size)
    await expect(page.locator(".phone-silent")).to_be_visible()
    told = {"the list": await all_flaws(page)}
    for table in (4, 7):
        await settled(page)
        await open_card(page, table)
        await shown(page)
        told[f"table {table}"] = await all_flaws(page)
        if size is not DESKTOP:
            await page.get_by_role("button", name="Cerrar").click()
    await settled(page)
    await possible(page).first.click()
    await choice(page).wait_for()
    told["the choice"] = await all_flaws(page)
    assert {name: flaws for name, flaws in told.items() if flaws} == {}
