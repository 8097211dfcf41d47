"""The comparison by cases: what each combination of our word and the bank's lines is called."""

from uuid import UUID

import pytest

from reconciliation.matching import Match, Ours, Stand, Theirs, Verdict, match

ID, OTHER = UUID(int=1), UUID(int=2)


def ours(stand=Stand.BOOKED, kind="debit", amount_minor=961):
    return Ours(ID, kind, "PAY-1", amount_minor, stand)


def line(number=1, kind="debit", request_id=ID, amount_minor=961, reverses=None):
    return Theirs(number, kind, request_id, amount_minor, reverses)


REVERSAL = line(9, "reversal", OTHER, reverses=ID)


@pytest.mark.parametrize(
    ("own", "lines", "verdict"),
    [
        (ours(), [line()], Verdict.MATCHED),
        (ours(kind="credit"), [line(kind="credit")], Verdict.MATCHED),
        (ours(), [], Verdict.MISSING_AT_BANK),
        (ours(), [line(kind="credit")], Verdict.MISSING_AT_BANK),
        (ours(), [line(), REVERSAL], Verdict.MISSING_AT_BANK),
        (ours(Stand.NOT_BOOKED), [line()], Verdict.MISSING_HERE),
        (ours(Stand.NOT_BOOKED), [line(), REVERSAL], None),
        (ours(Stand.NOT_BOOKED), [], None),
        (ours(Stand.OPEN), [], None),
        (ours(Stand.OPEN), [line()], None),
        (ours(Stand.OPEN), [line(amount_minor=962)], Verdict.AMOUNT_DIFFERS),
        (ours(), [line(amount_minor=960)], Verdict.AMOUNT_DIFFERS),
        (ours(), [line(1), line(2)], Verdict.TWICE),
        (ours(Stand.OPEN), [line(1), line(2)], Verdict.TWICE),
    ],
)
def test_the_verdict_on_a_request(own, lines, verdict):
    verdicts = [found.verdict for found in match([own], lines) if found.subject == "PAY-1"]

    assert verdicts == ([verdict] if verdict else [])


def test_a_line_that_nobody_asked_for_is_missing_here():
    found = match([], [line(7, "credit", OTHER, 5)])

    assert found == [Match(Verdict.MISSING_HERE, "bank line 7", "credit of 5 under an id we never sent")]


def test_each_request_is_judged_by_its_own_lines():
    second = Ours(OTHER, "credit", "RF-1", 400, Stand.BOOKED)

    found = match([ours(), second], [line(), line(2, "credit", OTHER, 400)])

    assert [(one.verdict, one.subject) for one in found] == [(Verdict.MATCHED, "PAY-1"), (Verdict.MATCHED, "RF-1")]
