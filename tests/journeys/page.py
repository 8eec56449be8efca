"""The story by hand in the chat page: words typed, buttons pressed, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import ConsoleMessage, Locator, Page, expect, sync_playwright

from agents.executor.chrome import BrowserSettings, find_browser
from tests.journeys.support import OPENING

PATIENCE = 120_000  # milliseconds: several stories may share two cores


@contextmanager
def open_page(url: str, width: int = 1180, height: int = 1500) -> Iterator[tuple[Page, list[str]]]:
    """The page in a browser of its own, and everything that its console calls an error."""
    settings = BrowserSettings()
    with sync_playwright() as driver:
        program = find_browser(settings.path, driver.chromium.executable_path, settings.environ)
        browser = driver.chromium.launch(executable_path=program)
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light", locale="en-GB")
        page.set_default_timeout(PATIENCE)
        errors: list[str] = []

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error":
                errors.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        yield page, errors
        browser.close()


def to_decision(page: Page, opening: str = OPENING) -> Locator:
    """Type the opening, answer by buttons; the decision."""
    page.get_by_label("Your message").fill(opening)
    page.keyboard.press("Enter")
    told = page.locator("article.assistant")
    expect(told).to_have_count(1, timeout=PATIENCE)
    for asked in range(1, 7):
        if told.last.get_attribute("data-kind") != "question":
            break
        _quick_answer(told.last).click()
        expect(told).to_have_count(asked + 1, timeout=PATIENCE)
    decision = page.locator("article[data-kind=decision]")
    expect(decision).to_be_visible()
    return decision


def _quick_answer(question: Locator) -> Locator:
    proposed = question.locator(".answers button.proposed")
    return proposed if proposed.count() else question.locator(".answers").get_by_role("button", name="2", exact=True)


def to_plan(page: Page) -> Locator:
    """Choose the top by its button; the plan."""
    page.locator(".top-choice button.choose").click()
    plan = page.locator("article[data-kind=plan]")
    plan.wait_for()
    return plan


def to_receipt(page: Page) -> Locator:
    """Go, by its button; the receipt with its picture."""
    go = page.get_by_role("button", name="Go", exact=True)
    go.scroll_into_view_if_needed()  # it counts only once it was in sight
    go.click()
    receipt = page.locator("article[data-kind=receipt]")
    shot = receipt.locator("a.shot img")
    shot.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 300", arg=shot.element_handle())
    return receipt
