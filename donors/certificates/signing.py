"""Ed25519 signatures over certificates, and the signed statement that travels inside PNG and PDF files."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from io import BytesIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from PIL import Image, UnidentifiedImageError

from donors.certificates.payload import CertificatePayload, canonical_bytes, from_values, once

STATEMENT_KEY = "FupinStatement"
"""Name of the text chunk (PNG) and of the document information entry (PDF) that hold the statement."""

_IN_PDF = re.compile(rb"/" + STATEMENT_KEY.encode() + rb" \(([A-Za-z0-9_-]+)\)")
_SHORTEST_MASTER = 32


@dataclass(frozen=True, slots=True)
class Statement:
    """A payload with the signature that came with it; nothing is believed before `verify`."""

    payload: CertificatePayload
    signature: str


def derive_signing_key(master: bytes) -> bytes:
    """Return the 32 raw bytes of the signing key that belong to a master secret of at least 32 bytes.

    Raises ValueError for a shorter master.
    """
    if len(master) < _SHORTEST_MASTER:
        raise ValueError("the master secret is too short")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fupin certificate").derive(master)


def sign(payload: CertificatePayload, key: bytes) -> str:
    """Return the signature as unpadded base64url. Raises ValueError when the payload names another key."""
    if payload.key_id != key_id(public_key_text(key)):
        raise ValueError("the payload names another signing key")
    return encode(Ed25519PrivateKey.from_private_bytes(key).sign(canonical_bytes(payload)))


def verify(payload: CertificatePayload, signature: str, public_key: str) -> bool:
    """Tell whether the signature is this public key's over exactly this payload; bad input is False, not an error."""
    try:
        if payload.key_id != key_id(public_key):
            return False
        public = Ed25519PublicKey.from_public_bytes(decode(public_key))
        public.verify(decode(signature), canonical_bytes(payload))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_text(key: bytes) -> str:
    """Return the public half of a raw signing key as unpadded base64url, as shown on the public keys page."""
    return encode(Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw())


def key_id(public: str) -> str:
    """Return the short name of a public key: the first 16 hex digits of its SHA-256. Raises ValueError on bad text."""
    return hashlib.sha256(decode(public)).hexdigest()[:16]


def statement_text(payload: CertificatePayload, signature: str) -> str:
    """Return payload and signature as one JSON text, the form that is downloaded and embedded."""
    certificate = json.loads(canonical_bytes(payload))
    return json.dumps(
        {"certificate": certificate, "signature": signature}, ensure_ascii=False, sort_keys=True
    )


def parse_statement(text: str | bytes) -> Statement:
    """Read `statement_text` back. Raises ValueError when it is anything else."""
    values = json.loads(text, object_pairs_hook=once)
    if not isinstance(values, dict) or set(values) != {"certificate", "signature"}:
        raise ValueError("not a signed certificate statement")
    if not isinstance(values["signature"], str):
        raise ValueError("not a signed certificate statement")
    return Statement(from_values(values["certificate"]), values["signature"])


def read_statement(data: bytes) -> Statement:
    """Find the statement in a PNG, a PDF or a JSON file. Raises ValueError when there is none.

    A valid statement vouches for its own words, not for the pixels around it: show it for comparison.
    """
    if data.startswith(b"%PDF-"):
        found = _IN_PDF.search(data)
        if not found:
            raise ValueError("this PDF carries no certificate statement")
        return parse_statement(decode(found[1].decode()))
    if data.startswith(b"\x89PNG"):
        return parse_statement(_png_text(data))
    return parse_statement(data)


def encode(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url without padding. Raises ValueError for every text that `encode` would not have written."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encode(raw) != text:
        raise ValueError("not the one encoding of these bytes")
    return raw


def _png_text(data: bytes) -> str:
    try:
        text = getattr(Image.open(BytesIO(data), formats=["PNG"]), "text", {})
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError("this PNG is damaged") from error
    if STATEMENT_KEY not in text:
        raise ValueError("this PNG carries no certificate statement")
    return str(text[STATEMENT_KEY])
