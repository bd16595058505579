"""A real browser for tests: Debian's Chromium without a screen, as a person would use it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ChromeOptions, Remote
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.common.proxy import Proxy, ProxyType
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.secret_service import needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

needs_chromium = needs("chromium and chromedriver", CHROMIUM is not None and DRIVER is not None)
"""The mark of every test that browses."""

_PATIENCE = 30.0
"""Seconds for a page of this machine to load."""

_FLAGS = (
    *("--headless=new", "--disable-gpu", "--disable-quic", "--disable-sync", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves this machine
    "--window-size=1100,1400",
)


class Browser:
    """What a person does on a page. Names are those that can be read there."""

    def __init__(self, driver: Remote) -> None:
        self.driver = driver
        """For what a person does not do: a window of a size, a script that looks into a page."""

    def open(self, url: str) -> None:
        self.driver.get(url)

    @property
    def url(self) -> str:
        return self.driver.current_url

    def text(self) -> str:
        """What can be seen."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def fill(self, label: str, text: str) -> None:
        field = self._field(label)
        field.clear()
        field.send_keys(text)

    def paste(self, label: str) -> None:
        """Ctrl-V into a field: what a Copy button took along."""
        field = self._field(label)
        field.clear()
        field.send_keys(Keys.CONTROL, "v")

    def value(self, label: str) -> str:
        return str(self._field(label).get_property("value"))

    def tick(self, card: str, box: str, section: str | None = None) -> None:
        """Tick a box of a card, or untick it; the box beside the card's name has that name."""
        among = f'//section[h3[normalize-space()="{section}"]]' if section else ""
        place = f'{among}//fieldset[legend[normalize-space()="{card}"]]//label[normalize-space()="{box}"]'
        self._one(f"{place}/input").click()

    def search(self, text: str) -> None:
        """Type into the field that has no label but its own text."""
        field = self._one("//input[@type='search']")
        field.clear()
        field.send_keys(text or Keys.BACKSPACE)

    def cannot_press(self, text: str) -> bool:
        """Whether a button is grey."""
        return not self._one(f'//button[normalize-space()="{text}"]').is_enabled()

    def press(self, text: str) -> None:
        """A button or a link, by its text or, where several read the same, by its accessible name."""
        named = f'normalize-space()="{text}" or @aria-label="{text}"'
        pressed = self._one(f"//button[{named}] | //a[{named}]")
        if pressed.get_attribute("type") == "button":
            pressed.click()
            return
        self.driver.execute_script("window.isOld = true")
        pressed.click()
        loaded = "return !window.isOld && document.readyState === 'complete'"
        self.waits_until(lambda: self.driver.execute_script(loaded))

    def sees(self, text: str) -> None:
        """Wait until a text is there that the page itself puts there."""
        self.waits_until(lambda: text in self.text())

    def waits_until(self, happened: Callable[[], bool]) -> None:
        waiting = WebDriverWait(self.driver, _PATIENCE, 0.05, ignored_exceptions=[WebDriverException])
        waiting.until(lambda _: happened())

    def screenshot(self, path: Path, most: int = 1300) -> None:
        """The page as far as there is something on it, but at most so many pixels of its height."""
        self.driver.execute_script(f"document.body.style = 'overflow: hidden; max-height: {most}px'")
        assert self.driver.find_element(By.TAG_NAME, "body").screenshot(str(path))

    def _field(self, label: str) -> WebElement:
        name = self._one(f'//label[normalize-space()="{label}"]').get_attribute("for")
        return self._one(f'//*[@id="{name}"]')

    def _one(self, xpath: str) -> WebElement:
        found = self.driver.find_elements(By.XPATH, xpath)
        assert len(found) == 1, f"{len(found)} of {xpath} in:\n{self.text()}"
        return found[0]


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """A browser with an empty profile of its own in ``folder``."""
    assert CHROMIUM is not None, "apt-get install chromium"
    assert DRIVER is not None, "apt-get install chromium-driver"
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*_FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    if os.name == "posix" and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium has none to offer to root
    home = folder / "home"
    home.mkdir(parents=True)
    # given the driver's path, Selenium neither looks for one nor fetches one
    service = Service(executable_path=DRIVER, env={**os.environ, "HOME": str(home)})
    service.start()
    try:
        here = ClientConfig(service.service_url, proxy=Proxy({"proxyType": ProxyType.DIRECT}))
        driver = Remote(service.service_url, options=options, client_config=here)
        try:
            yield Browser(driver)
        finally:
            driver.quit()
    finally:
        service.stop()
