"""The labeler's page as a person sees it: steps with their states, keys, buttons, what is said."""

import re

from playwright.sync_api import Error, Locator, Page, expect

from labeling.models import Campaign, Draft, QueueItem


def saved_ratings(item: QueueItem) -> list[int] | None:
    """What the server has of an item's draft."""
    draft = Draft.objects.filter(item=item).first()
    return draft.content["ratings"] if draft else None


class DeskPage:
    """One browser page at a campaign's desk."""

    def __init__(self, page: Page, campaign: Campaign) -> None:
        self.page = page
        self.address = f"/campaigns/{campaign.slug}/label/"

    def open(self) -> "DeskPage":
        self.page.goto(self.address)
        expect(self.step(1)).to_be_visible()
        return self

    def reload(self) -> "DeskPage":
        self.page.reload()
        expect(self.step(1)).to_be_visible()
        return self

    def hold_time(self) -> None:
        """From now on timers of a timed desk's pages fire only as the test moves their clock, or lets it run again."""
        for ahead in (0.001, 0.01, 0.1, 1):  # on a busy machine time may pass that point before it is held there
            try:
                self.page.clock.pause_at(self.page.evaluate(f"Date.now() / 1000 + {ahead}"))
            except Error:
                continue
            return
        raise AssertionError("the clock could not be held")

    def let_time_run(self) -> None:
        """The end of `hold_time`: typesetting, too, needs time to pass."""
        self.page.clock.resume()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        """A button of the dock, the bar or the problem by its words; its key cap is part of its name."""
        return self.page.get_by_role("button", name=re.compile(rf"^{name}\b")).locator("visible=true").first

    def expect_in_use(self, in_use: bool) -> None:
        """Whether the buttons that rate and give up can be used, as they say themselves."""
        for name in ("Negative", "Neutral", "Positive", "Unsure", "Give up", "Bad problem"):
            expect(self.button(name)).to_have_attribute("aria-disabled", str(not in_use).lower())

    @property
    def rows(self) -> Locator:
        """Every step on the desk; those that are typeset ahead, out of sight, are not among them."""
        return self.page.get_by_role("main").locator(".steps > div > ol > li > .step")

    def step(self, number: int) -> Locator:
        return self.rows.nth(number - 1)

    def expect_states(self, *states: str) -> None:
        """Every step's state, as the page marks it: active, positive, neutral, negative, parked, later."""
        for number, state in enumerate(states, 1):
            expect(self.step(number)).to_have_attribute("data-state", state)
        expect(self.rows).to_have_count(len(states))

    @property
    def others(self) -> Locator:
        """The alternatives that stand under the first error."""
        return self.page.get_by_role("region", name="What else could stand here").locator(".step")

    def expect_others(self, *states: str) -> None:
        """Each alternative's state: active, positive, neutral, negative, unsure, option; none: nothing is shown."""
        expect(self.others).to_have_count(len(states))
        for index, state in enumerate(states):
            expect(self.others.nth(index)).to_have_attribute("data-state", state)

    def expect_why(self, text: str | re.Pattern[str]) -> None:
        """What the dock says beside the submit button: what is missing, or how the pass ends."""
        expect(self.page.locator("#why")).to_have_text(text, use_inner_text=True)

    @property
    def heard(self) -> Locator:
        """What a screen reader was last told."""
        return self.page.locator("[data-part=live]")

    @property
    def sign(self) -> Locator:
        """What the top bar says of the draft: saved when, saving, or only kept here."""
        return self.page.locator(".saved")

    def expect_saved(self) -> None:
        expect(self.sign).to_have_text(re.compile(r"^Saved \d\d:\d\d:\d\d$"))

    def expect_problem_of(self, text: str) -> None:
        """The solution on the desk has this text in its first step."""
        expect(self.step(1)).to_contain_text(text)

    @property
    def trouble(self) -> Locator:
        """What the dock says went wrong."""
        return self.page.get_by_role("alert").filter(has=self.page.locator("strong"))

    def wait_ahead(self) -> None:
        """Until the next solution has been leased and is being typeset, so that no request for it comes later."""
        expect(self.page.locator(".stage .step").first).to_be_attached()
