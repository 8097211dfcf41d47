"""Fields of the API: each takes what it describes of itself, and nothing that only looks like it."""

import datetime as dt
import re

import pytest
from rest_framework.exceptions import ValidationError

from platforms.api.fields import Bound, Code, Day, Flag, Moment, Text, WholeNumber, Words

TAKEN = [
    (Moment(), "2026-06-08T02:00:00Z", dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)),
    (Moment(), "2026-06-08t02:00:00.5z", dt.datetime(2026, 6, 8, 2, 0, 0, 500000, dt.UTC)),
    (Moment(), "2026-06-08T10:00:00+08:00", dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)),
    (Bound(), "0001-01-01T00:00:00+14:00", dt.datetime(1, 1, 1, tzinfo=dt.UTC)),
    (Bound(), "9999-12-31T23:59:59-14:00", dt.datetime.max.replace(tzinfo=dt.UTC)),
    (Bound(), "2026-06-08T02:00:00-20:08", dt.datetime(2026, 6, 8, 22, 8, tzinfo=dt.UTC)),
    (Day(), "2026-06-08", dt.date(2026, 6, 8)),
    (Day(first=dt.date(2026, 6, 8), last=dt.date(2026, 6, 8)), "2026-06-08", dt.date(2026, 6, 8)),
    (WholeNumber(min_value=0, max_value=9), "9", 9),
    (WholeNumber(min_value=0, max_value=9), "007", 7),
    (Words(words=["a", "b"]), "b,a", ["b", "a"]),
    (Words(pattern="[a-z]{1,3}", most=2), "abc", ["abc"]),
    (Code("[A-Z]{1,3}"), "ABC", "ABC"),
    (Flag(), False, False),
    (Text(max_length=3), " a ", " a "),
    (Text(max_length=3, allow_blank=True), "", ""),
    (Text(max_length=3, allow_blank=True), " ", " "),
]
REFUSED = [
    *((Moment(), value, "invalid") for value in ("2026-06-08T02:00:00", "2026-06-08 02:00:00Z", "2026-06-08", "now")),
    *((Moment(), value, "invalid") for value in ("2026-06-08T24:00:00Z", "2026-06-08T02:00Z", "2026-W24-1T00:00:00Z")),
    *((Moment(), value, "invalid") for value in ("2026-06-08T02:00:00 08:00", "2026-06-08T02:00:00+0800", 1, None, "")),
    (Moment(), "2026-02-30T00:00:00Z", "invalid"),
    (Moment(), "2026-06-08T02:00:60Z", "invalid"),
    (Moment(), "２０２６-06-08T02:00:00Z", "invalid"),
    (Moment(), "0001-01-01T00:00:00+14:00", "overflow"),
    *((Day(), value, "invalid") for value in ("20260608", "2026-W24-1", "2026-6-8", "2026-06-08T00:00:00Z", "x", 7)),
    (Day(), "2026-02-30", "invalid"),
    (Day(first=dt.date(1998, 1, 1)), "1997-12-31", "out_of_range"),
    (Day(last=dt.date(2099, 12, 31)), "2100-01-01", "out_of_range"),
    *((WholeNumber(min_value=0), value, "invalid") for value in ("", " 1", "1 ", "+1", "1.0", "1_0", "٣", "１", "1e3")),
    *((WholeNumber(min_value=0), value, "invalid") for value in ("9" * 30, "\0", "0x1", 1)),
    (WholeNumber(min_value=0), "-1", "min_value"),
    (WholeNumber(max_value=9), "10", "max_value"),
    *((Words(words=["a", "b"]), value, "unknown_word") for value in ("", "c", "a,", ",a", "a, b", "A", "a\0")),
    (Words(words=["a", "b"]), "a,b,a", "too_many"),
    (Words(pattern="[a-z]{1,3}", most=2), "abc\n", "unknown_word"),
    *((Code("[A-Z]{1,3}"), value, "invalid") for value in ("ABC\n", " ABC", "abc", "ABCD", "A\0")),
    (Code("[A-Z]{1,3}"), "", "blank"),
    *((Flag(), value, "invalid") for value in ("true", 1, 0, "on", [], {})),
    *((Text(), value, "blank") for value in ("", " ", "\n\t \x1f")),
    (Text(max_length=3), "abcd", "max_length"),
    (Text(), "a\0", "null_characters_not_allowed"),
]


@pytest.mark.parametrize(("field", "given", "read"), TAKEN, ids=lambda part: ascii(part)[:40])
def test_a_field_takes_what_it_describes(field, given, read):
    assert field.run_validation(given) == read


@pytest.mark.parametrize(("field", "given", "code"), REFUSED, ids=lambda part: ascii(part)[:40])
def test_a_field_refuses_what_only_looks_like_it(field, given, code):
    with pytest.raises(ValidationError) as refused:
        field.run_validation(given)

    assert code in refused.value.get_codes() or given is None


@pytest.mark.parametrize(("field", "given", "code"), REFUSED, ids=lambda part: ascii(part)[:40])
def test_a_pattern_of_the_document_takes_nothing_that_is_refused(field, given, code):
    schema = field.described()
    if "pattern" in schema and isinstance(given, str) and code in {"invalid", "blank"}:
        assert not re.fullmatch(schema["pattern"].removeprefix("^").removesuffix("$"), given)
