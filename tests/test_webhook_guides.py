"""The code of the verification guide is run with the published vectors, in each language that this machine has."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from outpost_conformance import vectors
from outpost_conformance.sample_receiver import Receiver
from platforms.signatures import sign_bytes

GUIDES = Path(__file__).parent.parent / "docs" / "api" / "guides"
GUIDE = (GUIDES / "verify-a-webhook.md").read_text()
PUBLISHED = json.loads((GUIDES / "webhook-vectors.json").read_text())
VECTORS = PUBLISHED["vectors"]
EXPECTED = {vector["name"]: vector["expect"] for vector in VECTORS}

NODE = """
for (const vector of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) {
  const body = Buffer.from(vector.body_base64, 'base64');
  const { headers, now, public_keys: publicKeys, secrets } = vector;
  const v1a = module.exports.webhookIsGenuine(headers, body, { publicKeys, now });
  const v1 = module.exports.webhookIsGenuine(headers, body, { secrets, now });
  console.log(JSON.stringify([vector.name, { v1a, v1 }]));
}
"""
PHP = """
foreach (json_decode(stream_get_contents(STDIN), true) as $vector) {
    $body = base64_decode($vector['body_base64'], true);
    $v1a = outpost_webhook_is_genuine($vector['headers'], $body, $vector['public_keys'], [], $vector['now']);
    $v1 = outpost_webhook_is_genuine($vector['headers'], $body, [], $vector['secrets'], $vector['now']);
    echo json_encode([$vector['name'], ['v1a' => $v1a, 'v1' => $v1]]), "\\n";
}
"""
# Java reads no JSON of its own: one field a line, and a line between lists.
JAVA = """
import java.util.*;

public final class Main {
    public static void main(String[] none) throws Exception {
        Scanner in = new Scanner(System.in, "UTF-8");
        while (in.hasNextLine()) {
            String name = in.nextLine();
            long now = Long.parseLong(in.nextLine());
            byte[] body = Base64.getDecoder().decode(in.nextLine());
            List<String> publicKeys = List.of(in.nextLine().split(" "));
            List<String> secrets = List.of(in.nextLine().split(" "));
            Map<String, String> headers = new HashMap<>();
            for (String line = in.nextLine(); !line.isEmpty(); line = in.nextLine()) {
                headers.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
            boolean v1a = OutpostWebhook.isGenuine(headers, body, publicKeys, List.of(), now);
            boolean v1 = OutpostWebhook.isGenuine(headers, body, List.of(), secrets, now);
            System.out.println("[\\"" + name + "\\", {\\"v1a\\": " + v1a + ", \\"v1\\": " + v1 + "}]");
        }
    }
}
"""


def code(language):
    """The one block of this language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return found


def program(name):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine: its code is checked as text")
    return found


def answers(command, given, *, cwd=None):
    """What a program says of each vector, by name."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=120, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


def test_the_published_vectors_are_those_that_the_kit_makes():
    assert (GUIDES / "webhook-vectors.json").read_text() == vectors.document(), (
        "run: python -m outpost_conformance.vectors > docs/api/guides/webhook-vectors.json"
    )


def test_ten_vectors_are_genuine_and_sixteen_are_not():
    genuine = [name for name, expected in EXPECTED.items() if any(expected.values())]

    assert len(EXPECTED) == len(VECTORS) == 26
    assert len(genuine) == 10
    assert all(base64.b64decode(vector["body_base64"]) == vector["body"].encode() for vector in VECTORS)


def test_the_portal_would_sign_the_first_vector_just_so():
    first, seed = VECTORS[0], PUBLISHED["keys"]["current"]["private_key"].removeprefix("whsk_")
    signed = f"{first['headers']['webhook-id']}.{first['headers']['webhook-timestamp']}.{first['body']}".encode()

    assert f"v1a,{sign_bytes(signed, private_key=seed)}" == first["headers"]["webhook-signature"].split()[0]


def test_the_request_in_the_guide_is_the_first_vector():
    first = VECTORS[0]

    for name, value in first["headers"].items():
        assert f"\n{name}: {value}\n" in GUIDE
    assert f"\n\n{first['body']}\n```" in GUIDE


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_sample_receiver_agrees(vector):
    body = base64.b64decode(vector["body_base64"])
    by_public_key = Receiver(public_keys=vector["public_keys"], clock=lambda: vector["now"])
    by_secret = Receiver(secrets=vector["secrets"], clock=lambda: vector["now"])

    assert {
        "v1a": by_public_key.is_genuine(vector["headers"], body),
        "v1": by_secret.is_genuine(vector["headers"], body),
    } == vector["expect"]


def test_the_python_code_agrees_with_every_vector():
    names = {}
    exec(compile(code("python"), "verify-a-webhook.md", "exec"), names)  # noqa: S102 - the code of our own guide
    verify = names["webhook_is_genuine"]

    found = {}
    for vector in VECTORS:
        headers, body, now = vector["headers"], base64.b64decode(vector["body_base64"]), vector["now"]
        found[vector["name"]] = {
            "v1a": verify(headers, body, public_keys=vector["public_keys"], now=now),
            "v1": verify(headers, body, secrets=vector["secrets"], now=now),
        }
    assert found == EXPECTED


def test_the_node_code_agrees_with_every_vector(tmp_path):
    (tmp_path / "main.js").write_text(code("javascript") + NODE)

    assert answers([program("node"), str(tmp_path / "main.js")], json.dumps(VECTORS)) == EXPECTED


def test_the_php_code_agrees_with_every_vector(tmp_path):
    (tmp_path / "main.php").write_text(code("php") + PHP)

    assert answers([program("php"), str(tmp_path / "main.php")], json.dumps(VECTORS)) == EXPECTED


def test_the_java_code_agrees_with_every_vector(tmp_path):
    compiler, machine = program("javac"), program("java")
    (tmp_path / "OutpostWebhook.java").write_text(code("java"))
    (tmp_path / "Main.java").write_text(JAVA)
    built = subprocess.run(
        [compiler, "-encoding", "UTF-8", "Main.java", "OutpostWebhook.java"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr

    assert answers([machine, "-cp", str(tmp_path), "Main"], lines_for_java()) == EXPECTED


def lines_for_java():
    lines = []
    for vector in VECTORS:
        lines += [vector["name"], str(vector["now"]), vector["body_base64"]]
        lines += [" ".join(vector["public_keys"]), " ".join(vector["secrets"])]
        lines += [*(f"{name}={value}" for name, value in vector["headers"].items()), ""]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("python", ["Ed25519PublicKey", "hashlib.sha256", "compare_digest"]),
        ("javascript", ["'Ed25519'", "createHmac('sha256'", "timingSafeEqual"]),
        ("php", ["sodium_crypto_sign_verify_detached", "hash_hmac('sha256'", "hash_equals"]),
        ("java", ['Signature.getInstance("Ed25519")', "HmacSHA256", "MessageDigest.isEqual"]),
    ],
)
def test_each_language_has_both_schemes_both_prefixes_the_tolerance_and_a_comparison_in_constant_time(language, words):
    text = code(language)

    for word in (*words, "v1a", "v1", "whpk_", "whsec_", "300", "webhook-id", "webhook-timestamp", "webhook-signature"):
        assert word in text, word
