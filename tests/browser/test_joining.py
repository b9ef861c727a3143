"""From an invitation to signing in with two factors, as a new lead walks it."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from labeling.models import Campaign
from tests.browser.axe import expect_no_violations
from tests.conftest import BrowserErrors

PASSWORD = "seven green bottles"


def test_from_an_invitation_to_signing_in_with_two_factors(
    campaign: Campaign, owner: User, open_page: Callable[[User | None], Page], browser_errors: BrowserErrors
) -> None:
    lead = open_page(owner)
    lead.goto("/campaigns/campaign/members/")
    lead.get_by_role("link", name="Invite somebody").click()
    lead.get_by_label("Role").select_option("lead")
    lead.get_by_role("button", name="Make an invitation").click()
    link = lead.get_by_label("Link of invitation").input_value()

    page = open_page(None)
    page.goto(link)
    page.get_by_label("Name", exact=True).fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and join").click()
    expect(page.get_by_text("You are in Campaign.")).to_be_visible()

    page.goto("/me/settings/")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    expect_no_violations(page, "setting up two factors")
    device = TOTPDevice.objects.get()
    page.get_by_label("Code").fill(f"{totp(device.bin_key):06d}")
    page.get_by_role("button", name="Turn it on").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    expect_no_violations(page, "recovery codes")
    code = codes.first.inner_text()
    page.get_by_role("link", name="I have written them down").click()
    page.get_by_role("button", name="ada: your menu").click()
    page.get_by_role("button", name="Sign out").click()

    page.get_by_label("Name", exact=True).fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect_no_violations(page, "the code")
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Campaign", exact=True)).to_be_visible()
    lead.reload()
    expect(lead.get_by_role("cell", name="accepted")).to_be_visible()
