"""WebKit, the nearest to a waiter's iPhone: signing in, Test 1 and Test 2, in two windows."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import ElementNotInteractableException
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from selenium.webdriver.webkitgtk.service import Service

from tests.flow.program import serving
from tests.house import jpeg, skip_without

BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
SLOW = 60  # seconds: a guard against hanging on a busy machine, not a goal

pytestmark = pytest.mark.filterwarnings(  # selenium's own, of a class that it keeps using
    "ignore:setting remote_server_addr:DeprecationWarning"
)


@pytest.fixture(scope="module")
def screen() -> Iterator[None]:
    """A virtual screen for WebKit's windows; skips loudly without WebKit, and fails in CI."""
    if not (shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and BROWSERS):
        message = "NO WEBKIT: install the packages `webkit2gtk-driver` and `xvfb`"
        skip_without(message)
    arguments = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as xvfb:
        assert xvfb.stdout
        number = xvfb.stdout.readline().strip()  # told once it is there: the first that was free
        os.environ.update(DISPLAY=f":{number}", GDK_BACKEND="x11")
        yield
        xvfb.terminate()


OpenBrowser = Callable[[int, int], WebKitGTK]
IN_SHEET = "//dialog//p[contains(., '{}')]"


@pytest.fixture
def browser(screen: None) -> Iterator[OpenBrowser]:
    """`browser(width, height)` opens a window of its own, with cookies of its own."""
    opened: list[WebKitGTK] = []

    def open_browser(width: int, height: int) -> WebKitGTK:
        options = WebKitGTKOptions()
        options.binary_location = str(BROWSERS[-1])
        options.add_argument("--automation")
        driver = WebKitGTK(options=options, service=Service(shutil.which("WebKitWebDriver") or ""))
        opened.append(driver)
        driver.set_window_size(width, height)
        return driver

    yield open_browser
    for driver in opened:
        driver.quit()


def see(driver: WebKitGTK, text: str, tag: str = "") -> WebElement:
    """The visible element that says `text` itself, or the `tag` that has it, once it is there."""
    return find(
        driver,
        f"//{tag}[contains(normalize-space(.), '{text}')]"
        if tag
        else f"//*[text()[contains(normalize-space(.), '{text}')]]",
    )


def find(driver: WebKitGTK, path: str) -> WebElement:
    """The last visible element at an XPath, once it is there."""

    def visible(_: WebKitGTK) -> WebElement | bool:
        shown = [one for one in driver.find_elements(By.XPATH, path) if one.is_displayed()]
        return shown[-1] if shown else False

    found = WebDriverWait(driver, SLOW, ignored_exceptions=[Exception]).until(visible)
    assert isinstance(found, WebElement)
    return found


def press(driver: WebKitGTK, text: str, tag: str = "button") -> None:
    driver.execute_script("arguments[0].click()", see(driver, text, tag))


def fill(driver: WebKitGTK, field: str, text: str) -> None:
    """Type `text` into a field; a window that has just opened may not take the focus yet."""

    def typed(_: WebKitGTK) -> bool:
        driver.find_element(By.ID, field).send_keys(text)
        return True

    waiting = WebDriverWait(driver, SLOW, ignored_exceptions=[ElementNotInteractableException])
    waiting.until(typed)


def sign_in(driver: WebKitGTK, url: str, username: str, pin: str) -> None:
    driver.get(url)
    see(driver, "Entrar", "button")
    fill(driver, "username", username)
    fill(driver, "pin", pin)
    press(driver, "Entrar")
    see(driver, "En línea")


def charge(driver: WebKitGTK, button: str, photo: Path) -> None:
    """The waiter's taps for table 12, from its card to *Enviar*."""
    card = f"//li[contains(., '545.50')]//button[contains(., '{button}')]"
    driver.execute_script("arguments[0].click()", find(driver, card))
    dialog = see(driver, "Galería", "dialog")
    dialog.find_elements(By.CSS_SELECTOR, "input[type=file]")[-1].send_keys(str(photo))
    see(driver, "Foto lista")
    press(driver, "Enviar")


def test_a_proof_is_rejected_sent_again_and_approved(browser: OpenBrowser, tmp_path: Path) -> None:
    photo, another = tmp_path / "recibo.jpg", tmp_path / "otro.jpg"
    photo.write_bytes(jpeg("gray", (1200, 1600)))
    another.write_bytes(jpeg("white", (1200, 1600)))
    with serving(None, "demo") as (_, url, _):
        waiter, cashier = browser(420, 860), browser(1280, 800)
        sign_in(waiter, url, "ana", "1111")
        sign_in(cashier, url, "luis", "350917")
        press(waiter, "Por Cobrar")
        see(waiter, "545.50")

        charge(waiter, "Cobrar", photo)
        find(waiter, IN_SHEET.format("Esperando al cajero"))

        judge(cashier, "Rechazar")
        find(waiter, IN_SHEET.format("«ilegible»"))
        press(waiter, "✕")
        charge(waiter, "Reintentar Pago", another)
        find(waiter, IN_SHEET.format("Esperando al cajero"))

        see(cashier, "Reenvío #2")
        judge(cashier, "Aprobar")
        find(waiter, IN_SHEET.format("Pago aprobado"))


def judge(cashier: WebKitGTK, verdict: str) -> None:
    """Open table 12's card, and give the verdict; a rejection is for being illegible."""
    card = "//*[@role='tabpanel']//li[contains(., '545.50')]//button"
    cashier.execute_script("arguments[0].click()", find(cashier, card))
    if verdict == "Aprobar":
        press(cashier, "Lo vi en la cuenta", "label")
    press(cashier, verdict)
    if verdict == "Rechazar":
        press(cashier, "ilegible", "dialog//*[self::label or self::button]")
        press(cashier, "Rechazar", "dialog//button[@type='submit']")
