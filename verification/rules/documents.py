"""What stands on an ID card or a resident certificate: number with checksum, issue types, issue places."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Document(Enum):
    """Which kind of document a number belongs to."""

    NATIONAL_ID = "national_id"
    RESIDENT_CERTIFICATE = "resident_certificate"
    RESIDENT_CERTIFICATE_BEFORE_2021 = "resident_certificate_before_2021"


class IssueType(TextChoices):
    """Why the card was issued, as printed beside its issue date."""

    FIRST = "first", _("First issue (初發)")
    REPLACEMENT = "replacement", _("Replacement (補發)")
    RENEWAL = "renewal", _("Renewal (換發)")


@dataclass(frozen=True)
class IdentityData:
    """What a customer gives about themselves, already well-formed. Its repr shows nothing of it."""

    national_id: str = field(repr=False)
    birth_date: dt.date = field(repr=False)
    issue_date: dt.date = field(repr=False)
    issue_type: str = field(repr=False)
    issue_place: str = field(repr=False)


# The order in which the letters were given out: A is 10, B 11, … the later ones (I, O, W, Z) out of turn.
_LETTER_NUMBERS = {letter: number for number, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO", start=10)}
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_SHAPES = {
    Document.NATIONAL_ID: re.compile(r"[A-Z][12]\d{8}", re.ASCII),
    Document.RESIDENT_CERTIFICATE: re.compile(r"[A-Z][89]\d{8}", re.ASCII),
    Document.RESIDENT_CERTIFICATE_BEFORE_2021: re.compile(r"[A-Z][A-D]\d{8}", re.ASCII),
}


def typed_document_number(text: str) -> str:
    """What a person typed without blanks and full-width characters, in capitals: "ａ123 456 789" → "A123456789"."""
    return re.sub(r"[\s\-]+", "", unicodedata.normalize("NFKC", text)).upper()


def document_kind(number: str) -> Document | None:
    """The kind of a well-formed number whose checksum fits, else None. Expects what `typed_document_number` gives.

    A123456789 is a national ID, A800000014 a resident certificate, AB12345677 one of before 2021.
    """
    for kind, shape in _SHAPES.items():
        if shape.fullmatch(number):
            return kind if _checksum_fits(number) else None
    return None


def _checksum_fits(number: str) -> bool:
    """The first letter counts as its two digits, a second letter (old certificates) as its units digit."""
    first = _LETTER_NUMBERS[number[0]]
    second = int(number[1]) if number[1].isdigit() else _LETTER_NUMBERS[number[1]] % 10
    digits = [first // 10, first % 10, second, *(int(digit) for digit in number[2:])]
    return sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 10 == 0


# Codes of the household registration's card check, with the short name that is printed on the card. The former counties
# stay: a card issued there before 2010 (Taoyuan: 2014) is still good.
ISSUE_PLACES: dict[str, str | Promise] = {
    "65000": _("New Taipei City (新北市)"),
    "63000": _("Taipei City (北市)"),
    "68000": _("Taoyuan City (桃市)"),
    "66000": _("Taichung City (中市)"),
    "67000": _("Tainan City (南市)"),
    "64000": _("Kaohsiung City (高市)"),
    "10017": _("Keelung City (基市)"),
    "10018": _("Hsinchu City (竹市)"),
    "10020": _("Chiayi City (嘉市)"),
    "10002": _("Yilan County (宜縣)"),
    "10004": _("Hsinchu County (竹縣)"),
    "10005": _("Miaoli County (苗縣)"),
    "10007": _("Changhua County (彰縣)"),
    "10008": _("Nantou County (投縣)"),
    "10009": _("Yunlin County (雲縣)"),
    "10010": _("Chiayi County (嘉縣)"),
    "10013": _("Pingtung County (屏縣)"),
    "10014": _("Taitung County (東縣)"),
    "10015": _("Hualien County (花縣)"),
    "10016": _("Penghu County (澎縣)"),
    "09020": _("Kinmen County (金門)"),
    "09007": _("Lienchiang County (連江)"),
    "10001": _("Taipei County, until 2010 (北縣)"),
    "10003": _("Taoyuan County, until 2014 (桃縣)"),
    "10006": _("Taichung County, until 2010 (中縣)"),
    "10011": _("Tainan County, until 2010 (南縣)"),
    "10012": _("Kaohsiung County, until 2010 (高縣)"),
}
