"""The fixed persons and cards of the sandbox as one table, and the making of new ones."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from common import clock
from sandbox.models import Account, Person, VirtualCard
from sandbox.outcomes import ACCOUNTS, CREDIT_CENTRE

# The bank as its cards name it, three digits (reader/protocol.md).
ISSUER = "700"
NEW_CARD_PASSWORD = "123456"  # noqa: S105 - printed on the page beside the card
_FIXED_ACCOUNT_PREFIX, _NEW_ACCOUNT_PREFIX = "7000010000", "7000020"
_FIXED_CARD_PREFIX, _NEW_CARD_PREFIX = "628800000000", "6288001"

# The order in which the letters of national IDs were given out: A is 10, B 11, …
_LETTER_NUMBERS = {letter: number for number, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO", start=10)}
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True)
class CardSeed:
    number: int
    name: str
    name_en: str
    password: str
    does: tuple[str, ...]


@dataclass(frozen=True)
class PersonSeed:
    customer_number: str
    name: str
    name_en: str
    id_digits: str
    birth_date: dt.date
    phone: str
    credit_centre: str = "match"
    cards: tuple[CardSeed, ...] = field(default=())

    @property
    def national_id(self) -> str:
        return complete_national_id(self.id_digits)


def complete_national_id(first_nine: str) -> str:
    """A letter and eight digits with the check digit that makes them valid: A12345678 → A123456789."""
    letter = _LETTER_NUMBERS[first_nine[0]]
    digits = [letter // 10, letter % 10, *(int(digit) for digit in first_nine[1:])]
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return f"{first_nine}{-total % 10}"


def fixed_account_number(does: str, person_index: int = 0) -> str:
    """The last four digits tell what the account does; the two before them whose it is."""
    prefix = f"{_FIXED_ACCOUNT_PREFIX[:-2]}{person_index:02d}"
    return f"{prefix}{ACCOUNTS[does].last4}"


_DECLINED = tuple(does for does in ACCOUNTS if does.startswith("declined_"))
_DEBITS = tuple(does for does in ACCOUNTS if does.startswith("debit_"))
_CREDITS = tuple(does for does in ACCOUNTS if does.startswith("credit_") and does != "credit_card")
_REFUSED = ("foreign_card", "lost_card", "cancelled_card", "credit_card", "frozen", "closed", "no_agreement")

PEOPLE: tuple[PersonSeed, ...] = (
    PersonSeed(
        "2000000001",
        "王小明",
        "Wang Hsiao-ming",
        "A12345678",
        dt.date(1985, 3, 15),
        "+886912345001",
        cards=(
            CardSeed(1, "日常卡", "Everyday card", "123456", ("pays", "pays_too", "poor")),
            CardSeed(2, "扣款被拒卡 1", "Declined debits 1", "234567", _DECLINED[:6]),
            CardSeed(3, "扣款被拒卡 2", "Declined debits 2", "345678", _DECLINED[6:]),
            CardSeed(4, "扣款不明卡", "Uncertain debits", "456789", _DEBITS),
            CardSeed(5, "退款狀況卡", "Difficult refunds", "567890", _CREDITS),
            CardSeed(6, "不符資格卡", "Not eligible", "678901", _REFUSED),
        ),
    ),
    PersonSeed(
        "2000000002",
        "陳美玲",
        "Chen Mei-ling",
        "F22400010",
        dt.date(1992, 11, 2),
        "+886912345002",
        cards=(CardSeed(7, "美玲的卡", "Mei-ling's card", "246810", ("pays",)),),
    ),
    PersonSeed(
        "2000000003",
        "林小安",
        "Lin Hsiao-an",
        "B12300020",
        dt.date(2014, 7, 1),
        "+886912345003",
        cards=(CardSeed(8, "未成年卡", "Under age", "135790", ("under_age",)),),
    ),
    PersonSeed(
        "2000000004",
        "張資料",
        "Chang Tzu-liao",
        "H12300031",
        dt.date(1978, 1, 9),
        "+886912345004",
        "mismatch",
        cards=(CardSeed(9, "資料不符卡", "Identity: mismatch", "111222", ("pays",)),),
    ),
    PersonSeed(
        "2000000005",
        "李註記",
        "Li Chu-chi",
        "E22300042",
        dt.date(1969, 6, 30),
        "+886912345005",
        "notice",
        cards=(CardSeed(10, "註記卡", "Identity: watch list", "222333", ("pays",)),),
    ),
    PersonSeed(
        "2000000006",
        "黃解除",
        "Huang Chieh-chu",
        "D12300053",
        dt.date(1981, 12, 24),
        "+886912345006",
        "notice_past",
        cards=(CardSeed(11, "註記已解除卡", "Identity: released yesterday", "333444", ("pays",)),),
    ),
    PersonSeed(
        "2000000007",
        "吳今日",
        "Wu Chin-jih",
        "N22300064",
        dt.date(1974, 4, 4),
        "+886912345007",
        "notice_today",
        cards=(CardSeed(12, "註記今日解除卡", "Identity: released today", "444555", ("pays",)),),
    ),
    PersonSeed(
        "2000000008",
        "劉將來",
        "Liu Chiang-lai",
        "T12300075",
        dt.date(1990, 9, 19),
        "+886912345008",
        "notice_future",
        cards=(CardSeed(13, "註記未解除卡", "Identity: released later", "555666", ("pays",)),),
    ),
    PersonSeed(
        "2000000009",
        "蔡無應",
        "Tsai Wu-ying",
        "P22300086",
        dt.date(1988, 2, 29),
        "+886912345009",
        "unavailable",
        cards=(CardSeed(14, "查詢中心無回應卡", "Identity: no answer", "666777", ("pays",)),),
    ),
    PersonSeed(
        "2000000010",
        "許簡訊",
        "Hsu Chien-hsun",
        "K12300097",
        dt.date(1995, 5, 5),
        "+886900000101",
        cards=(CardSeed(15, "簡訊第一家退件卡", "SMS: first operator rejects", "777888", ("pays",)),),
    ),
    PersonSeed(
        "2000000011",
        "鄭無訊",
        "Cheng Wu-hsun",
        "M22300108",
        dt.date(1983, 8, 8),
        "+886900000104",
        cards=(CardSeed(16, "簡訊全退件卡", "SMS: both reject", "888999", ("pays",)),),
    ),
)


def seed_people(*, at: dt.datetime) -> None:
    """Make what is missing; balances, counters and tries of what is there stay."""
    with transaction.atomic():
        for index, seed in enumerate(PEOPLE):
            person, _ = Person.objects.get_or_create(
                customer_number=seed.customer_number,
                defaults=_person_facts(seed, clock.today_in_taipei(at)),
            )
            for card in seed.cards:
                numbers = [_seed_account(person, does, index) for does in card.does]
                _seed_card(person, card, numbers)


def make_person(
    *, does: tuple[str, ...], at: dt.datetime, credit_centre: str = "match", phone: str = ""
) -> VirtualCard:
    """A new person nobody has met, with one card whose accounts do what `does` names."""
    assert credit_centre in CREDIT_CENTRE
    with transaction.atomic():
        today = clock.today_in_taipei(at)
        number = secrets.randbelow(10**7)
        birth_date = dt.date(2015, 1, 1) if "under_age" in does else dt.date(1990, 1, 1)
        seed = PersonSeed(
            customer_number=f"29{secrets.randbelow(10**8):08d}",
            name=f"新客戶 {number:07d}",
            name_en=f"New customer {number:07d}",
            id_digits=f"A1{secrets.randbelow(10**7):07d}",
            birth_date=birth_date,
            phone=phone or f"+88697{secrets.randbelow(10**7):07d}",
            credit_centre=credit_centre,
        )
        facts = {**_person_facts(seed, today), "seeded": False}
        person = Person.objects.create(customer_number=seed.customer_number, **facts)
        accounts = [
            Account.objects.create(
                number=f"{_NEW_ACCOUNT_PREFIX}{secrets.randbelow(10**7):07d}",
                person=person,
                does=one,
                balance_minor=ACCOUNTS[one].balance_minor,
            )
            for one in does
        ]
        return VirtualCard.objects.create(
            serial=f"S9{secrets.randbelow(10**10):010d}",
            card_number=f"{_NEW_CARD_PREFIX}{secrets.randbelow(10**9):09d}",
            issuer=ISSUER,
            name=f"新卡 {number:07d}",
            name_en=f"New card {number:07d}",
            person=person,
            password=NEW_CARD_PASSWORD,
            account_numbers=[account.number for account in accounts],
        )


def _person_facts(seed: PersonSeed, today: dt.date) -> dict[str, Any]:
    release = {"notice_past": today - dt.timedelta(days=1), "notice_future": today + dt.timedelta(days=30)}
    return {
        "name": seed.name,
        "name_en": seed.name_en,
        "national_id": seed.national_id,
        "birth_date": seed.birth_date,
        "issue_date": dt.date(2015, 5, 1),
        "issue_type": "renewal",
        "issue_place": "63000",
        "phone": seed.phone,
        "credit_centre": seed.credit_centre,
        "notice_release_date": release.get(seed.credit_centre),
        "seeded": True,
    }


def _seed_account(person: Person, does: str, person_index: int) -> str:
    number = fixed_account_number(does, person_index)
    balance_minor = ACCOUNTS[does].balance_minor
    facts = {"person": person, "does": does, "balance_minor": balance_minor}
    Account.objects.get_or_create(number=number, defaults=facts)
    return number


def _seed_card(person: Person, card: CardSeed, numbers: list[str]) -> None:
    face = {"account_numbers": numbers, "name": card.name, "name_en": card.name_en, "issuer": ISSUER}
    VirtualCard.objects.update_or_create(
        serial=f"S{card.number:011d}",
        defaults=face,
        create_defaults={
            **face,
            "card_number": f"{_FIXED_CARD_PREFIX}{card.number:04d}",
            "person": person,
            "password": card.password,
        },
    )
