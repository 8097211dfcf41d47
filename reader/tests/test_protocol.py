"""What protocol.md says, held against the code."""

import json
import re
from pathlib import Path

from reader import tac
from reader.pairing import Pairing
from reader.tests.factories import MASTER, ORDER

FOLDER = Path(__file__).parents[1]
TEXT = (FOLDER / "protocol.md").read_text(encoding="utf-8")


def test_every_error_code_in_the_source_is_in_the_table_and_the_other_way_round():
    table = TEXT.split("### Error codes")[1].split("###")[0]
    source = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    raised = set(re.findall(r'ReaderError\("(\w+)"', source)) | {"origin_refused", "person_refused"}

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == raised


def test_the_last_answer_of_the_example_is_the_one_a_card_gives():
    example = TEXT.split("### An example")[1]
    answer = json.loads(
        re.search(r'\{"id":4,"ok":true.*?\}', example, re.DOTALL).group().replace("{…as above…}", "{}") + "}"
    )
    text = tac.tac_text(
        amount_minor=961,
        currency="TWD",
        account=answer["account"],
        terminal="WEB00001",
        check_code="8F3A91C2",
        signed_at=answer["signed_at"],
        order_digest=tac.order_digest(ORDER),
    )
    key = tac.derive_key(MASTER, answer["card_serial"])

    assert answer["order_digest"] == tac.order_digest(ORDER)
    assert answer["tac"] == tac.compute_tac(key=key, counter=answer["counter"], text=text)


def test_the_proof_of_the_example_is_the_one_that_the_secret_gives():
    example = TEXT.split("### An example")[1]
    secret = re.search(r"page's secret is `([0-9a-f]{64})`, its origin `([^`]+)`", example)
    pairing = re.search(r'"pairing":"([0-9a-f]{32})"', example)[1]
    challenge = re.search(r'"challenge":"([0-9a-f]{64})"', example)[1]

    proof = Pairing(id=pairing, origin=secret[2], created=0, secret=secret[1]).proof(challenge)

    assert f'"proof":"{proof}"' in example


def test_the_digest_names_its_fields_in_the_written_order():
    section = TEXT.split("## 2. Order digest and TAC")[1].split("The component")[0].split("in this order:")[1]

    assert tuple(re.findall(r"`(\w+)`", section)) == tac.ORDER_FIELDS
