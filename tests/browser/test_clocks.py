"""Pages count by the server's time and the house's zone, whatever the device believes."""

import re
import time
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from comanda.domain.house import House as Described
from comanda.domain.staff import Staff
from comanda.files import static_folder
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Window
from tests.browser.test_evidence import choose, open_sheet, photo, send
from tests.house import ANA, COCO, LUIS, ROSA, FixedClock, House, eventually

MINUTE = 60_000
YEAR = 365 * 24 * 60 * MINUTE
# The device's clock, which people set and which sets itself; its stopwatch is another thing.
SHIFTED = """
  globalThis.shift = SHIFT;
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) { super(...(parts.length ? parts : [Real.now() + globalThis.shift])); }
    static now() { return Real.now() + globalThis.shift; }
  };
"""
HOUSE = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Mexico_City"}


async def open_with_clock(
    house: House, window: OpenWindow, member: Staff, path: str, ahead: int, size: Any = DESKTOP
) -> Window:
    """A page on a device whose clock is so many milliseconds ahead of the house's."""
    opened = await window(member, "/healthz", size)
    real = house.clock.now.timestamp() * 1000 - time.time() * 1000
    await opened.context.add_init_script(SHIFTED.replace("SHIFT", str(round(real + ahead))))
    await opened.page.goto(house.url + path)
    return opened


async def ask_again(page: Page) -> None:
    """The tablet is taken up again: the page asks the server how things are."""
    async with page.expect_response(lambda answer: "/orders" in answer.url):
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def ticket(page: Page) -> Locator:
    return page.get_by_role("article", name="Mesa 7, orden 1")


AHEAD = [20 * MINUTE, -20 * MINUTE, 6 * 60 * MINUTE, 50 * YEAR, -50 * YEAR, 0]


@pytest.mark.parametrize("ahead", AHEAD)
async def test_the_kitchens_clock_is_the_servers(
    house: House, window: OpenWindow, ahead: int
) -> None:
    await house.place(table=7)
    page = (await open_with_clock(house, window, COCO, "/cocina", ahead)).page
    await expect(ticket(page)).to_contain_text("0 min")
    house.clock.advance(minutes=12, seconds=5)
    await ask_again(page)
    await expect(ticket(page)).to_contain_text("! 12 min")
    house.clock.advance(minutes=7)
    await ask_again(page)
    await expect(ticket(page)).to_contain_text("‼ 19 min")


@pytest.mark.parametrize("jump", [20 * MINUTE, -3 * 60 * MINUTE, YEAR])
async def test_a_device_that_sets_its_clock_meanwhile_counts_on(
    house: House, window: OpenWindow, jump: int
) -> None:
    await house.place(table=7)
    page = (await open_with_clock(house, window, COCO, "/cocina", 0)).page
    await expect(ticket(page)).to_contain_text("0 min")
    await page.evaluate("jump => { shift += jump; }", jump)
    seen = "part('lib/server-time.js').then(({ now }) => now())"
    assert abs(await page.evaluate(seen) - house.clock.now.timestamp() * 1000) < MINUTE
    await house.place(table=8)
    other = page.get_by_role("article", name="Mesa 8, orden 2")
    await expect(other).to_contain_text("0 min")
    await expect(ticket(page)).to_contain_text("0 min")


@pytest.mark.parametrize("ahead", [5 * MINUTE, -5 * MINUTE, 300 * 24 * 60 * MINUTE])
async def test_a_phone_that_is_ahead_does_not_say_that_nobody_looks(
    house: House, window: OpenWindow, ahead: int
) -> None:
    order = await house.deliver(7)
    await house.submit(order["id"])
    page = (await open_with_clock(house, window, ANA, "/mesero", ahead, PHONE)).page
    await page.get_by_role("tab", name="Por Cobrar").click()
    await expect(page.get_by_role("article")).to_contain_text("ahora")
    await expect(page.get_by_role("article")).not_to_contain_text("aún no lo ve")
    till = (await open_with_clock(house, window, LUIS, "/caja", ahead)).page
    await expect(till.locator(".proof-card")).to_contain_text("ahora")
    await expect(till.get_by_text("Nadie lo ha visto")).to_be_hidden()
    house.clock.advance(minutes=3)
    for opened in (page, till):
        await ask_again(opened)
    await expect(page.get_by_role("article")).to_contain_text("hace 3 min")
    await expect(till.locator(".proof-card")).to_contain_text("hace 3 min")


async def test_what_was_voided_lately_is_told_on_a_tablet_that_is_a_day_ahead(
    house: House, window: OpenWindow
) -> None:
    await house.void((await house.place(table=7))["id"], ANA, "se fueron")
    page = (await open_with_clock(house, window, COCO, "/cocina", 24 * 60 * MINUTE)).page
    await expect(page.get_by_text("«se fueron»")).to_be_visible()


NINE = datetime(2026, 11, 28, 21, tzinfo=UTC)


def http_date(moment: datetime) -> str:
    return f"{moment:%a, %d %b %Y %H:%M:%S} GMT"


@pytest.mark.parametrize(
    ("answers", "off"),
    [
        # One answer: the second's middle, whatever the network's delay was.
        ([(NINE, 0, 20)], 1000),
        # A slow one says little: it does not spoil what a quick one said.
        ([(NINE, 0, 20), (NINE + timedelta(seconds=20), 20_000, 35_000)], 1000),
        # A wrong one is forgotten with the next.
        ([(NINE + timedelta(days=400), 0, 9), (NINE, 10, 20)], 1000),
        # What is no date is no lesson.
        ([(NINE, 0, 20), ("", 30, 40), (None, 30, 40), ("ayer", 30, 40)], 1000),
        # While a device sleeps its stopwatch may rest.
        ([(NINE, 0, 20), (NINE + timedelta(hours=2), 1000, 1020)], 1000),
    ],
)
async def test_the_servers_time_is_learned_from_every_answer(
    window: OpenWindow, answers: list[tuple[Any, int, int]], off: int
) -> None:
    page = (await window(None, "/")).page
    wired = [
        (http_date(told) if isinstance(told, datetime) else told, sent, received)
        for told, sent, received in answers
    ]
    last = max(
        (one for one in answers if isinstance(one[0], datetime)), key=lambda one: (one[1], one[2])
    )
    thought = await page.evaluate(
        """async ({ answers, at }) => {
          const { learnTime, now, stopwatch } = await part('lib/server-time.js?alone');
          const begun = stopwatch();
          for (const [told, sent, received] of answers) {
            learnTime(told, begun + sent, begun + received);
          }
          return now() - (stopwatch() - begun - at);
        }""",
        {"answers": wired, "at": last[1]},
    )
    assert abs(thought - last[0].timestamp() * 1000) <= off


@pytest.mark.parametrize("leftover", [None, "", "NaN", "1e300", "-Infinity", "{}", "hoy"])
async def test_before_any_answer_the_devices_clock_is_all_there_is(
    window: OpenWindow, leftover: str | None
) -> None:
    page = (await window(None, "/")).page
    off = await page.evaluate(
        """async (leftover) => {
          localStorage.removeItem('comanda.reloj');
          if (leftover !== null) localStorage.setItem('comanda.reloj', leftover);
          Storage.prototype.setItem = () => {};  // what the page itself learns meanwhile
          const { now } = await part('lib/server-time.js?new');
          return now() - Date.now();
        }""",
        leftover,
    )
    assert abs(off) < 1000


async def test_a_page_opened_without_a_network_counts_by_what_an_earlier_one_learned(
    house: House, window: OpenWindow
) -> None:
    opened = await open_with_clock(house, window, COCO, "/cocina", 20 * MINUTE)
    await opened.page.get_by_text("En línea").wait_for()
    thought = await opened.page.evaluate(
        "part('lib/server-time.js?offline').then(({ now }) => now())"
    )
    assert abs(thought - house.clock.now.timestamp() * 1000) < MINUTE


ZONES = [
    "America/Mexico_City",
    "America/Tijuana",
    "America/Santiago",
    "America/Havana",
    "America/Asuncion",
    "America/Bogota",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Europe/Madrid",
    "Pacific/Apia",
    "UTC",
]
CHANGES = [  # nights around which clocks were changed somewhere of these, and days without
    datetime(year, month, day, tzinfo=UTC)
    for year, month, day in (
        (2011, 12, 29), (2023, 3, 11), (2023, 3, 25), (2023, 3, 29), (2023, 4, 1), (2023, 9, 2),
        (2023, 9, 30), (2023, 10, 28), (2023, 11, 4), (2024, 3, 23), (2026, 3, 7), (2026, 11, 28),
    )
]  # fmt: skip


def wall(moment: datetime) -> datetime:
    """The same figures on a clock that has no zone: some of them are never shown, some twice."""
    return moment.replace(tzinfo=None)


@pytest.mark.parametrize("ends", ["00:00", "00:30", "02:30", "04:00", "12:00"])
async def test_pages_and_server_agree_about_days(window: OpenWindow, ends: str) -> None:
    """In every zone, over every change of clocks: Python's zoneinfo beside the browser's Intl."""
    asked: dict[str, list[int]] = {}
    expected: dict[str, list[list[Any]]] = {}
    for zone in ZONES:
        house = Described("La Fonda", "$", zone, wall_time.fromisoformat(ends))
        moments = [
            begin + timedelta(minutes=50 * step) for begin in CHANGES for step in range(3 * 29)
        ]
        asked[zone] = [int(one.timestamp() * 1000) for one in moments]
        expected[zone] = [
            [
                str(day := house.day_of(one)),
                int(house.start_of(day).timestamp() * 1000),
                f"{house.local(one):%Y-%m-%d}",
                f"{house.local(one):%H:%M}",
                int(latest.timestamp() * 1000) if (latest := house.latest(wall(one))) else None,
            ]
            for one in moments
        ]
    page = (await window(None, "/")).page
    found = await page.evaluate(
        """async ({ asked, ends }) => {
          const { businessDay, day, latestInstant, setClock, startOf } =
            await part('lib/wall-time.js');
          const { clock } = await part('house/format.js');
          const answers = {};
          for (const [zone, moments] of Object.entries(asked)) {
            setClock({ time_zone: zone, day_ends: ends });
            answers[zone] = moments.map((moment) => {
              const date = businessDay(moment);
              return [date, startOf(date), day(moment), clock(moment), latestInstant(moment)];
            });
          }
          return answers;
        }""",
        {"asked": asked, "ends": ends},
    )
    for zone in ZONES:
        wrong = [
            (one, right, shown)
            for one, right, shown in zip(asked[zone], expected[zone], found[zone], strict=True)
            if right != shown
        ]
        assert wrong[:3] == [], zone


@pytest.mark.parametrize("zone", ["America/Coyhaique2", "", None])
async def test_a_zone_that_this_device_does_not_know_is_its_own(
    window: OpenWindow, zone: str | None
) -> None:
    page = (await window(None, "/")).page
    shown = await page.evaluate(
        """async (zone) => {
          const { day, setClock } = await part('lib/wall-time.js');
          setClock({ time_zone: zone, day_ends: '04:00' });
          return day(Date.UTC(2026, 10, 29, 3));
        }""",
        zone,
    )
    assert shown == "2026-11-28"  # this browser is in Mexico


async def describe(house: House, **changes: str) -> None:
    status, told = await house.call(ROSA, "PUT", "/house", json=HOUSE | changes)
    assert status == 200, told


@pytest.mark.parametrize(
    ("zone", "wall", "offset", "warned"),
    [
        ("America/Bogota", "15:42:00", "", False),
        ("America/Bogota", "15:40:00", "", True),
        ("America/Bogota", "14:42:00", "-06:00", False),
        ("Pacific/Pago_Pago", "09:42:00", "", False),
        ("Pacific/Pago_Pago", "09:40:00", "", True),
    ],
)
async def test_a_photos_time_is_by_the_houses_clock_and_not_the_phones(
    house: House, window: OpenWindow, zone: str, wall: str, offset: str, *, warned: bool
) -> None:
    await describe(house, time_zone=zone)  # the phone itself is in Mexico
    await house.deliver(7)
    page = (await window(ANA, "/mesero", PHONE)).page
    dialog = await open_sheet(page)
    await choose(dialog, photo(taken=f"2026:11:28 {wall}", offset=offset))
    await send(dialog)
    await dialog.get_by_text("Esperando al cajero").wait_for()
    sentence = dialog.get_by_text("⚠ La foto se tomó antes de que se pidiera la orden")
    await expect(sentence).to_have_count(1 if warned else 0)


async def test_a_photo_of_a_phone_that_is_behind_is_not_called_older_than_its_order(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(7)
    page = (await open_with_clock(house, window, ANA, "/mesero", -20 * MINUTE, PHONE)).page
    dialog = await open_sheet(page)
    await choose(dialog, photo(taken="2026:11:28 14:22:00"))  # by its own clock: it is 14:42
    await send(dialog)
    await dialog.get_by_text("Esperando al cajero").wait_for()
    sentence = dialog.get_by_text("⚠ La foto se tomó antes de que se pidiera la orden")
    await expect(sentence).to_have_count(0)


async def pay(house: House, table: int) -> str:
    order = await house.deliver(table)
    _, submitted = await house.submit(order["id"])
    status, judged = await house.judge(submitted["payment"]["id"], "aprobado")
    assert status == 200, judged
    return str(order["id"])


async def test_the_tills_day_goes_on_after_midnight_and_its_times_are_the_houses(
    house: House, window: OpenWindow, clock: FixedClock
) -> None:
    await describe(house, time_zone="America/Bogota", day_ends="04:00")
    clock.now = datetime(2026, 11, 29, 4, 59, tzinfo=UTC)  # 23:59 in Bogotá, 22:59 on this tablet
    await pay(house, 7)
    clock.now = datetime(2026, 11, 29, 8, 59, tzinfo=UTC)  # 03:59
    await pay(house, 8)
    page = (await open_with_clock(house, window, LUIS, "/caja", 9 * 60 * MINUTE)).page
    await page.get_by_role("tab", name="Pagadas hoy 2").click()
    rows = page.get_by_role("tabpanel").get_by_role("listitem")
    await expect(rows).to_contain_text(["03:59", "23:59"])
    clock.advance(minutes=1)
    await page.reload()
    await page.get_by_role("tab", name="Pagadas hoy 0").click()
    await page.get_by_text("Aún no hay pagos hoy").wait_for()


async def test_the_administrators_today_is_the_evening_that_goes_on(
    house: House, window: OpenWindow, clock: FixedClock
) -> None:
    await describe(house, day_ends="04:00")
    clock.now = datetime(2026, 11, 29, 9, 59, tzinfo=UTC)  # 03:59 in Mexico
    await pay(house, 7)
    page = (await open_with_clock(house, window, ROSA, "/admin?ver=hoy", YEAR)).page
    await page.get_by_role("heading", name="Sábado, 28 de noviembre de 2026").wait_for()
    await page.get_by_text("Hasta las 04:00 del día siguiente").wait_for()
    await expect(page.locator(".figure", has_text="Pagos").locator("dd")).to_have_text("1")
    clock.advance(minutes=1)
    await page.reload()
    await page.get_by_role("heading", name="Domingo, 29 de noviembre de 2026").wait_for()
    await expect(page.locator(".figure", has_text="Pagos").locator("dd")).to_have_text("0")


@pytest.mark.parametrize("ahead", [0, 9 * 60 * MINUTE, 5 * YEAR, -5 * YEAR])
async def test_the_bank_is_asked_for_the_houses_day_and_goes_on_to_the_next(
    house: House, window: OpenWindow, clock: FixedClock, ahead: int
) -> None:
    await describe(house, time_zone="America/Bogota", day_ends="04:00")
    clock.now = datetime(2026, 11, 29, 8, 59, tzinfo=UTC)  # 03:59 in Bogotá
    await pay(house, 7)
    page = (await open_with_clock(house, window, LUIS, "/caja", ahead)).page
    await page.get_by_role("tab", name="Conciliación").click()
    days = [page.get_by_label("Desde"), page.get_by_label("Hasta")]
    for day in days:
        await expect(day).to_have_value("2026-11-28")
    row = page.locator(".bank-table tbody tr")
    await expect(row).to_have_count(1)
    clock.advance(hours=8)  # the till was left open overnight
    await ask_again(page)
    await page.get_by_role("tab", name="Por Verificar").click()
    await page.get_by_role("tab", name="Conciliación").click()
    for day in days:
        await expect(day).to_have_value("2026-11-29")
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Día anterior").click()  # what was chosen stays chosen
    await page.get_by_role("tab", name="Por Verificar").click()
    await page.get_by_role("tab", name="Conciliación").click()
    for day in days:
        await expect(day).to_have_value("2026-11-28")
    await expect(row).to_have_count(1)


@pytest.mark.parametrize(
    ("member", "path", "asked"),
    [(LUIS, "/caja", "status=pagado&since="), (COCO, "/cocina", "status=anulado&since=")],
    ids=["till", "kitchen"],
)
async def test_a_tablet_that_has_slept_asks_what_time_it_is_before_it_asks_by_the_day(
    house: House, window: OpenWindow, clock: FixedClock, member: Staff, path: str, asked: str
) -> None:
    """Its stopwatch has slept, too, and says that it is still last night."""
    await describe(house, day_ends="04:00")
    clock.now = datetime(2026, 11, 29, 5, 30, tzinfo=UTC)  # 23:30 in Mexico
    await pay(house, 7)
    await house.void((await house.place(table=8))["id"], ANA)
    page = (await open_with_clock(house, window, member, path, 0)).page
    await page.get_by_text("En línea").wait_for()
    clock.advance(hours=10)
    await page.evaluate("hours => { shift += hours * 3600000; }", 10)
    async with page.expect_request(lambda request: asked in request.url) as woken:
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    since = datetime.fromisoformat((await woken.value).url.partition("since=")[2])
    hours = 6 if "anulado" in asked else 5.5  # what was voided lately; since four o'clock
    assert abs(since - (clock.now - timedelta(hours=hours))) < timedelta(minutes=1)


async def test_the_end_of_the_day_is_set_in_words(house: House, window: OpenWindow) -> None:
    page = (await window(ROSA, "/admin?ver=restaurante")).page
    ends = page.get_by_label("El día termina a las")
    await expect(ends).to_have_value("00:00")
    await ends.select_option("04:30 de la madrugada")
    await page.get_by_role("button", name="Guardar").click()
    await page.locator(".toast", has_text="Guardado").wait_for()

    async def is_stored() -> bool:
        _, settings = await house.call(ROSA, "GET", "/settings")
        return bool(settings["day_ends"] == "04:30")

    await eventually(is_stored)
    await page.reload()
    await expect(page.get_by_label("El día termina a las")).to_have_value("04:30")


def test_no_page_asks_the_device_what_time_it_is() -> None:
    """Now is asked of `server-time.js`, today of `house-time.js`.

    A lock counts the time asleep, too, which only the device's clock does; and the tabs of one
    device compare by it who came first.
    """
    exempt = {"server-time.js", "idle.js", "stream.js"}
    devices = re.compile(
        r"Date\.now\(\)|new Date\(\)|toLocale(Date|Time)String|toDateString|getTimezoneOffset"
        r"|\.[gs]et(FullYear|Month|Date|Hours|Minutes)\("
    )
    asking = {
        f"{file.name}: {line.strip()}"
        for file in Path(static_folder()).rglob("*.js")
        if file.name not in exempt
        for line in file.read_text(encoding="utf-8").splitlines()
        if devices.search(line) and 'timeZone: "UTC"' not in line
    }
    assert asking == set()
