"""The examples of docs/mtp.md, recomputed by the peer: keys, well-known, signed request, ids, proof, submission."""

from __future__ import annotations

import hashlib
import json
import re
import unittest
from pathlib import Path

import mtp_content
from mtp_signature import content_digest, digest_is_good, read_signature, signature_base
from mtp_wire import (
    SigningKey,
    b64u,
    event_id,
    kid_of,
    make_proof,
    proof_is_good,
    proof_kid,
    proof_octets,
    proof_provider,
    signature_is_good,
    unb64u,
)

PAGE = (Path(__file__).parent / "../../docs/mtp.md").read_text()
GROUP = "mimi://xmpp.gw-a.example/r/tea"
KEY_A = SigningKey.from_seed(hashlib.sha256(b"mtp example a").digest())
KEY_B = SigningKey.from_seed(hashlib.sha256(b"mtp example b").digest())


def block(name: str) -> str:
    """The text of the fenced block test=NAME, without its last line break."""
    found = re.search(rf"^```\w+ test={name}\n(.*?)\n```$", PAGE, re.M | re.S)
    if found is None:
        raise AssertionError(f"docs/mtp.md has no block test={name}")
    return found[1]


def signed_request() -> tuple[str, dict[str, str], bytes]:
    head, body = block("mtp-signed-request").split("\n\n", 1)
    first, *lines = head.split("\n")
    return (
        first,
        {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)},
        body.encode(),
    )


class Examples(unittest.TestCase):
    """Each example against what the prose of the page says."""

    def test_well_known_has_the_key_of_the_seed(self) -> None:
        well_known = json.loads(block("mtp-well-known"))
        for key in well_known["keys"]:
            self.assertEqual(key["kid"], kid_of(unb64u(key["public"])))
        self.assertEqual(well_known["keys"][0]["public"], b64u(KEY_A.public))
        self.assertEqual(well_known["versions"], [1])

    def test_signature_base_and_signature(self) -> None:
        first, headers, body = signed_request()
        method, target, _ = first.split(" ")
        read = read_signature(headers, has_body=True)
        base = signature_base(
            read.components, read.parameters_text, method, headers["host"], target, None, headers
        )
        self.assertEqual(base.decode(), block("mtp-signature-base"))
        self.assertEqual(read.keyid, KEY_B.kid)
        self.assertEqual(read.signature, KEY_B.sign(base))
        self.assertTrue(signature_is_good(KEY_B.public, read.signature, base))
        self.assertFalse(signature_is_good(KEY_A.public, read.signature, base))

    def test_digest_and_length_of_the_body(self) -> None:
        _, headers, body = signed_request()
        self.assertEqual(int(headers["content-length"]), len(body))
        self.assertEqual(headers["content-digest"], content_digest(body))
        self.assertFalse(digest_is_good(headers["content-digest"], body + b" "))

    def test_event_has_its_id(self) -> None:
        event = json.loads(block("mtp-event"))
        content = unb64u(event["content"])
        self.assertEqual(event["id"], event_id(event["kind"], event["sender"], GROUP, content))
        self.assertNotEqual(event["id"], event_id(event["kind"], event["sender"], GROUP + "2", content))

    def test_content_is_deterministic_and_names_sender_and_group(self) -> None:
        event = json.loads(block("mtp-event"))
        content = mtp_content.check("message", event["sender"], GROUP, unb64u(event["content"]))
        self.assertEqual(mtp_content.shown_text(content), "On my way")

    def test_proof(self) -> None:
        lines = re.sub(r"\n +", "", block("mtp-proof")).split("\n")
        named = dict(re.split(r" +", line, maxsplit=1) for line in lines)
        event = json.loads(block("mtp-event"))
        provider = proof_provider(event)
        self.assertEqual(named["id"], event["id"])
        self.assertEqual(named["signed"], proof_octets(provider, event["id"]).hex())
        self.assertEqual(named["key"], b64u(KEY_B.public))
        self.assertEqual(named["kid"], proof_kid(event["proof"]))
        self.assertEqual(named["proof"], make_proof(KEY_B, provider, event["id"]))
        self.assertTrue(proof_is_good(KEY_B.public, provider, event["id"], event["proof"]))
        self.assertFalse(proof_is_good(KEY_B.public, "gw-b.example", event["id"], event["proof"]))

    def test_submission_is_the_event_without_what_the_owner_gives(self) -> None:
        submitted = json.loads(block("mtp-submission"))["groups"][0]["events"][0]
        event = json.loads(block("mtp-event"))
        self.assertEqual(submitted, {name: event[name] for name in event if name not in ("seq", "at", "via")})

    def test_redeemer_is_named_by_its_key(self) -> None:
        redeem = json.loads(block("mtp-redeem"))
        self.assertEqual(redeem["public"], b64u(KEY_B.public))
        code = re.search(r"mtp1:gw-a\.example:(\S+):(\S+)", PAGE)
        self.assertIsNotNone(code)
        if code is not None:
            self.assertEqual(code[1], KEY_A.kid)
            self.assertEqual(code[2], redeem["code"])
            self.assertEqual(len(unb64u(code[2])), 16)


if __name__ == "__main__":
    unittest.main()
