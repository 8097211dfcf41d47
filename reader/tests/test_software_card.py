"""The chip: one table of commands and answers, then its password and its counter."""

import pytest

from reader import apdu, tac
from reader.software_card import ATR, COUNTER_MAX, CardAccount, CardFace, CardState, PlainMemory
from reader.tests.factories import MASTER, PASSWORD, WRONG_PASSWORD, make_card, make_face

SELECT = apdu.select_command()
RIGHT = bytes(apdu.verify_command(bytearray(PASSWORD.encode())))
WRONG = bytes(apdu.verify_command(bytearray(WRONG_PASSWORD.encode())))
TRIES = apdu.tries_command()
SIGN = apdu.write_record_command(b"961|TWD")


def answers(card, *commands):
    return [card.answer(command) for command in commands]


def status(answer):
    return answer[-2:].hex()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00a4040008a000000172950001", "9000"),
        ("00a4040008a00000017295000100", "9000"),
        ("00a4040008a000000172950002", "6a82"),
        ("00a4000008a000000172950001", "6a86"),
        ("00b2010400", b"700".hex() + "9000"),
        ("00b2020400", "存簿儲金".encode().hex() + "9000"),
        ("00b2030400", "0000012345678901薪資帳戶".encode().hex() + "9000"),
        ("00b2040400", b"0000012345678902".hex() + "9000"),
        ("00b2050400", "6a83"),
        ("00b20b0400", b"7000000001".hex() + "9000"),
        ("00b2000400", "6a83"),
        ("00b2ff0400", "6a83"),
        ("00b2010500", "6a86"),
        ("00200010", "63c3"),
        ("0020001008" + "48151623ffffffff", "9000"),
        ("0020001108" + "48151623ffffffff", "6a86"),
        ("0020001007" + "48151623ffffff", "6a80"),
        ("0020001008" + "48151fffffffffff", "6a80"),
        ("0020001008" + "48151623ffffff1f", "6a80"),
        ("0020001008" + "4815a623ffffffff", "6a80"),
        ("00e2108003" + "393631" + "00", "6982"),
        ("00e2108103" + "393631" + "00", "6a86"),
        ("80200010", "6e00"),
        ("00840000" + "08", "6d00"),
        ("", "6700"),
        ("00a404", "6700"),
        ("00a4040008a0000001", "6700"),
        ("00a40400000000", "6700"),
    ],
)
def test_a_selected_card_answers(command, answer):
    card = make_card()
    card.answer(SELECT)

    assert card.answer(bytes.fromhex(command)).hex() == answer


@pytest.mark.parametrize("command", [RIGHT, TRIES, SIGN, apdu.read_record_command(1)])
def test_nothing_but_select_before_select(command):
    assert status(make_card().answer(command)) == "6985"


def test_a_badly_formed_password_costs_no_try():
    memory = PlainMemory(PASSWORD)
    card = make_card(memory=memory)

    answers(card, SELECT, bytes.fromhex("002000100812345fffffffffff"))

    assert memory.load() == CardState(tries_left=3, counter=0)


def test_the_third_wrong_password_locks_and_then_the_right_one_is_no_use():
    card = make_card()

    found = [status(answer) for answer in answers(card, SELECT, WRONG, TRIES, WRONG, TRIES, WRONG, TRIES, RIGHT, SIGN)]

    assert found == ["9000", "6608", "63c2", "6608", "63c1", "6620", "6620", "6620", "6982"]


def test_a_locked_card_stays_locked_in_another_reader():
    memory = PlainMemory(PASSWORD)
    answers(make_card(memory=memory), SELECT, WRONG, WRONG, WRONG)

    assert [status(answer) for answer in answers(make_card(memory=memory), SELECT, RIGHT)] == ["9000", "6620"]


def test_the_right_password_gives_back_all_tries():
    card = make_card()

    found = [status(answer) for answer in answers(card, SELECT, WRONG, WRONG, RIGHT, SELECT, TRIES)]

    assert found == ["9000", "6608", "6608", "9000", "9000", "63c3"]


def test_the_try_is_spent_before_the_password_is_looked_at():
    class PulledMeanwhile(PlainMemory):
        def check_password(self, digits):
            raise ConnectionError("card pulled")

    memory = PulledMeanwhile(PASSWORD)
    with pytest.raises(ConnectionError):
        answers(make_card(memory=memory), SELECT, WRONG)

    assert memory.load().tries_left == 2


def test_one_password_is_good_for_one_signature():
    card = make_card()

    found = [status(answer) for answer in answers(card, SELECT, RIGHT, TRIES, SIGN, SIGN)]

    assert found == ["9000", "9000", "9000", "9000", "6982"]


@pytest.mark.parametrize("forget", [lambda card: card.power_on(), lambda card: card.answer(SELECT)])
def test_reset_and_select_forget_the_password(forget):
    card = make_card()
    answers(card, SELECT, RIGHT)

    forget(card)
    card.answer(SELECT)

    assert status(card.answer(SIGN)) == "6982"


def test_the_counter_rises_with_every_signature_and_stands_under_it():
    memory = PlainMemory(PASSWORD, CardState(counter=41))
    card = make_card(memory=memory)
    key = tac.derive_key(MASTER, "7000000001")

    first, second = (answers(card, SELECT, RIGHT, SIGN)[-1] for _ in range(2))

    assert (
        first == b"00000042" + bytes.fromhex(tac.compute_tac(key=key, counter="00000042", text="961|TWD")) + b"\x90\0"
    )
    assert (
        second == b"00000043" + bytes.fromhex(tac.compute_tac(key=key, counter="00000043", text="961|TWD")) + b"\x90\0"
    )
    assert memory.load().counter == 43


def test_a_counter_at_its_end_signs_no_more():
    memory = PlainMemory(PASSWORD, CardState(counter=COUNTER_MAX))

    assert status(answers(make_card(memory=memory), SELECT, RIGHT, SIGN)[-1]) == "6985"
    assert memory.load().counter == COUNTER_MAX


@pytest.mark.parametrize(
    ("password", "block"),
    [
        ("123456", "123456ffffffffff"),
        ("1234567", "1234567fffffffff"),
        ("123456789012", "123456789012ffff"),
    ],
)
def test_a_password_becomes_a_padded_block_and_comes_back(password, block):
    assert apdu.password_block(bytearray(password.encode())).hex() == block
    assert apdu.password_from_block(bytes.fromhex(block)) == password


@pytest.mark.parametrize("password", [b"12345", b"1234567890123", b"12345a", b"", "１２３４５６".encode()])
def test_what_is_no_password_becomes_no_block(password):
    with pytest.raises(ValueError, match="not a password"):
        apdu.password_block(bytearray(password))


def test_the_answer_to_reset_ends_with_its_check_byte():
    check = 0
    for byte in ATR[1:]:
        check ^= byte

    assert check == 0


def test_a_card_is_made_with_one_to_eight_accounts_of_fourteen_digits():
    eight = [CardAccount(f"{number:014}") for number in range(8)]

    assert CardFace("700", "1", "", eight, MASTER).record(10) == b"0000000000000007"
    for accounts in ([], [*eight, CardAccount("0" * 14)]):
        with pytest.raises(ValueError, match="one to eight"):
            CardFace("700", "1", "", accounts, MASTER)
    with pytest.raises(ValueError, match="14 digits"):
        make_face(accounts=("1234",))
