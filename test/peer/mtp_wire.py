"""Octets of MTP: base64url, URIs, keys, event ids, proofs and shards (docs/mtp.md: Proofs, Ids)."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KIND_OCTETS = {
    "message": 0x01,
    "property": 0xF0,
    "member": 0xF1,
    "role": 0xF2,
    "moderate": 0xF3,
    "erase": 0xF4,
    "opaque": 0xF5,
}

DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z"
)
LOCAL_ID = re.compile(r"[a-z0-9][a-z0-9._~-]{0,127}\Z")
EVENT_ID = re.compile(r"[0-9a-f]{64}\Z")


def b64u(octets: bytes) -> str:
    """Base64url without padding (M9)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64u(text: str) -> bytes:
    """The octets of a base64url text; ValueError for padding, other characters and stray bits (M9)."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url")
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64u(octets) != text:
        raise ValueError("stray bits")
    return octets


def is_domain(text: object) -> bool:
    return isinstance(text, str) and DOMAIN.match(text) is not None


def split_uri(uri: str) -> tuple[str, str, str]:
    """(domain, "u" or "r" or "", id) of a user's, group's or provider's URI; ValueError for anything else."""
    if not uri.startswith("mimi://"):
        raise ValueError(f"no mimi URI: {uri}")
    domain, *rest = uri[len("mimi://") :].split("/")
    if not is_domain(domain):
        raise ValueError(f"no domain: {uri}")
    if not rest:
        return domain, "", ""
    if len(rest) != 2 or rest[0] not in ("u", "r") or not LOCAL_ID.match(rest[1]):
        raise ValueError(f"no user and no group: {uri}")
    return domain, rest[0], rest[1]


def group_path(group: str) -> str:
    """`G`: the path of a group's resources, behind the endpoint."""
    domain, kind, local = split_uri(group)
    if kind != "r":
        raise ValueError(f"no group: {group}")
    return f"/groups/{domain}/{local}"


def kid_of(public: bytes) -> str:
    """The name of a public key: the first 16 octets of its SHA-256."""
    return b64u(hashlib.sha256(public).digest()[:16])


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key that signs requests and proofs."""

    private: Ed25519PrivateKey

    @staticmethod
    def from_seed(seed: bytes) -> SigningKey:
        return SigningKey(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def kid(self) -> str:
        return kid_of(self.public)

    def sign(self, octets: bytes) -> bytes:
        return self.private.sign(octets)


def signature_is_good(public: bytes, signature: bytes, octets: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, octets)
    except (InvalidSignature, ValueError):
        return False
    return True


def event_id(kind: str, sender: str, group: str, content: bytes) -> str:
    """The id of an event, in hexadecimal; `sender` is "" where nobody is known. ValueError without a salt (M42)."""
    if len(content) < 18 or not 0x80 <= content[0] <= 0x97 or content[1] != 0x50:
        raise ValueError("the content does not begin with a salt")
    named = b"".join(len(text.encode()).to_bytes(2, "big") + text.encode() for text in (sender, group))
    digest = hashlib.sha256(named + content + content[2:18]).digest()
    return bytes([KIND_OCTETS[kind]]).hex() + digest[:31].hex()


def proof_provider(event: dict) -> str:
    """The domain that vouches for an event: of its sender, or its `provider` where there is none."""
    return split_uri(event["sender"])[0] if "sender" in event else event["provider"]


def proof_octets(provider: str, event_id_hex: str) -> bytes:
    """What a proof signs."""
    name = provider.encode("ascii")
    return b"mtp-proof-1\x00" + len(name).to_bytes(2, "big") + name + bytes.fromhex(event_id_hex)


def make_proof(key: SigningKey, provider: str, event_id_hex: str) -> str:
    return b64u(unb64u(key.kid) + key.sign(proof_octets(provider, event_id_hex)))


def proof_kid(proof: str) -> str:
    """Which key a proof names; ValueError where it has not 80 octets."""
    octets = unb64u(proof)
    if len(octets) != 80:
        raise ValueError("a proof has 80 octets")
    return b64u(octets[:16])


def proof_is_good(public: bytes, provider: str, event_id_hex: str, proof: str) -> bool:
    """Whether this key has made the proof. The caller has looked up the key by `proof_kid`."""
    return signature_is_good(public, unb64u(proof)[16:], proof_octets(provider, event_id_hex))


def shard_of(group: str, shards: int) -> int:
    """Which of so many shards a group is in (Reading many groups)."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % shards
