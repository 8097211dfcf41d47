"""The sandbox town as a visitor uses it: persons and cards made to measure, pages worked by hand, time moved."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from playwright.sync_api import Page, expect

ENGLISH = {"Accept": "application/json", "Accept-Language": "en"}
# Long enough for two noisy cores; a passing test never waits it out.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Payer:
    """A person of the sandbox with a card in the hand."""

    serial: str
    password: str
    accounts: list[str]
    person: dict[str, Any]


class Town:
    """The running processes, by their addresses and the application's environment."""

    def __init__(self, portal: str, sandbox: str, env: dict[str, str]) -> None:
        self.portal, self.sandbox, self.env = portal, sandbox, env
        self._http = httpx.Client(base_url=sandbox, headers=ENGLISH, timeout=120)

    def newcomer(self, *does: str, credit_centre: str = "match", phone: str = "") -> Payer:
        """Somebody nobody has seen before, with a new card; each of `does` makes an account."""
        asked = {"does": list(does) or ["pays"], "credit_centre": credit_centre, "phone": phone}
        made = self._post("/accounts/", asked)
        card = made["card"]
        numbers = [account["number"] for account in card["accounts"]]
        return Payer(card["serial"], card["password"], numbers, made["person"])

    def insert(self, payer: Payer) -> None:
        self._post("/wallet/insert", {"card": payer.serial})

    def take_out(self) -> None:
        self._post("/wallet/remove", {})

    def advance(self, **how: Any) -> dict[str, Any]:
        return self._post("/clock/", how)

    def now(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self._http.get("/clock/").json()["now"])

    def receiver(self, state: str) -> None:
        """The shop's receiver of notices: up, down or hang."""
        self._post("/shop/switch", {"receiver": state})

    def messages(self, phone: str) -> list[str]:
        """Newest first."""
        found = self._http.get("/handset/messages", params={"phone": phone}).json()["messages"]
        return [message["text"] for message in found]

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the portal's database as its application does."""
        with contextlib.closing(psycopg.connect(self.env["DATABASE_URL"])) as connection:
            return connection.execute(statement, values).fetchall()

    def picture_answer(self, picture_id: str) -> str:
        """What a person reads off the picture."""
        import base64

        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # the keys are the stack's, not our settings'

        ((sealed,),) = self.query("SELECT answer_sealed FROM cards_picturecode WHERE id = %s", picture_id)
        name, _, encoded = sealed.partition(":")
        data = base64.urlsafe_b64decode(encoded)
        key = base64.b64decode(self.env["FIELD_KEYS"].split(",")[0])
        return AESGCM(key).decrypt(data[:12], data[12:], name.encode()).decode()

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()


class Visit:
    """One person's browser on the way through shop, pay page and identity page. Texts are the English ones."""

    def __init__(self, town: Town, page: Page) -> None:
        self.town, self.page = town, page
        page.set_default_timeout(PATIENCE_MS)

    def order(self, *goods: str) -> str:
        """Fill the cart and confirm; ends on My Cashier. Gives the order number."""
        page = self.page
        for name in goods:
            page.goto(f"{self.town.sandbox}/shop/")
            page.get_by_role("button", name=f"Add to cart: {name}").click()
        page.get_by_role("button", name="Confirm the order").click()
        expect(page.get_by_role("heading", name="My Cashier")).to_be_visible()
        return page.locator("code").first.inner_text()

    def open_shop_order(self, order_number: str) -> None:
        self.page.goto(f"{self.town.sandbox}/shop/orders/{order_number}/")

    def to_pay_page(self) -> None:
        """From My Cashier to the hosted page."""
        self.page.get_by_role("button", name="ATM Card Payment").click()
        expect(self.page.get_by_role("heading", name="Check your order and pay")).to_be_visible()

    def read_picture(self) -> str:
        picture_id = self.page.locator("#pay").get_attribute("data-picture")
        return self.town.picture_answer(picture_id)

    def confirm(self, payer: Payer, *, password: str | None = None, account: str | None = None) -> None:
        """Choose the account, read the picture, type the password, confirm."""
        page = self.page
        number = account or payer.accounts[0]
        page.locator(f".accounts input[value='{payer.accounts.index(number)}']").check(force=True)
        if page.locator("#picture-answer").is_visible():
            page.get_by_label("Picture code", exact=True).fill(self.read_picture())
        page.get_by_label("Password of the card").fill(password or payer.password)
        page.locator("#pay-confirm").click()

    def prove_identity(self, payer: Payer, **changes: str) -> None:
        """Consent, data, code: ends on the page of the outcome."""
        page, person = self.page, {**payer.person, **changes}
        expect(page.get_by_role("heading", name="Before you pay: prove your identity")).to_be_visible()
        page.locator("input[name=agree]").check()
        page.get_by_role("button", name="Agree and continue").click()
        page.locator("input[name=national_id]").fill(person["national_id"])
        page.locator("input[name=birth_date]").fill(roc(person["birth_date"]))
        page.locator("input[name=issue_date]").fill(roc(person["issue_date"]))
        page.locator("select[name=issue_place]").select_option(person["issue_place"])
        page.locator(f"input[name=issue_type][value={person['issue_type']}]").check()
        page.get_by_role("button", name="Continue").click()

    def enter_code(self, payer: Payer) -> None:
        expect(self.page.get_by_role("heading", name="Enter the code from the SMS")).to_be_visible()
        self.page.locator("input[name=code]").fill(self.code_from_sms(payer))
        self.page.get_by_role("button", name="Check my identity").click()

    def code_from_sms(self, payer: Payer) -> str:
        """The newest code on this person's phone, waiting for the text message as a person does."""
        self.until(lambda: any(code_in(text) for text in self.town.messages(payer.person["phone"])))
        return next(code for text in self.town.messages(payer.person["phone"]) if (code := code_in(text)))

    def pass_gate(self, payer: Payer) -> None:
        self.prove_identity(payer)
        self.enter_code(payer)
        expect(self.page.get_by_role("heading", name="Your identity is proved")).to_be_visible()

    def pay_again(self, order_number: str) -> None:
        """Back at the shop, choose to pay again; ends on the hosted page."""
        self.open_shop_order(order_number)
        self.page.get_by_role("button", name="Pay again").click()
        expect(self.page.get_by_role("heading", name="Check your order and pay")).to_be_visible()

    def pay_first_time(self, payer: Payer, *goods: str) -> str:
        """The whole way of a newcomer: order, gate, pay again, receipt. Gives the order number."""
        order_number = self.order(*goods)
        self.town.insert(payer)
        self.to_pay_page()
        self.confirm(payer)
        self.pass_gate(payer)
        self.pay_again(order_number)
        self.confirm(payer)
        self.expect_receipt()
        return order_number

    def expect_receipt(self) -> None:
        expect(self.page.get_by_text("Your account was charged once.").first).to_be_visible()

    def expect_shop_says(self, order_number: str, word: str) -> None:
        """The shop's own page, refreshed as a customer does until it says so."""
        self.open_shop_order(order_number)
        expect(self.page.locator("[data-status]")).to_contain_text(word)

    def until(self, condition) -> None:
        """Wait for a thing that another process does; asks a few times a second, gives up after a while."""
        for _ in range(PATIENCE_MS // 200):
            if condition():
                return
            self.page.wait_for_timeout(200)
        raise AssertionError("what was awaited did not happen")


def code_in(text: str) -> str | None:
    """The one-time code of an identity check's message, none of any other."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    return found.group() if found and ("code" in text or "驗證碼" in text) else None


def roc(iso_date: str) -> str:
    """2015-05-01 as people write it: 104/05/01."""
    day = dt.date.fromisoformat(iso_date)
    return f"{day.year - 1911}/{day.month:02d}/{day.day:02d}"
