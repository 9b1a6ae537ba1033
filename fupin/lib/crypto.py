"""Encryption of personal data at rest and keyed indexes for exact look-up.

The key ring is the Django setting `FUPIN_KEYS`: `k2:<base64>,k1:<base64>`, 32 bytes each, newest first. The
first key encrypts, every key decrypts. The key of the blind indexes is derived (HKDF) from the LAST, oldest
key, so that putting a new key in front leaves every index valid. The last key may therefore only be taken out
together with a re-computation of all indexes; keys between the first and the last can go once nothing is
encrypted with them any more.

A token is `v1:<key id>:<nonce>:<ciphertext>` (AES-256-GCM, 96-bit random nonce, unpadded URL-safe base64).
Version, key id and context are authenticated: a token copied into another column does not open.

`python -m fupin.lib.crypto newkey [id]` prints a fresh ring entry and needs no settings.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from fupin.lib.errors import FupinError
from fupin.lib.text import canonical_phone

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = "v1"
_KEY_ID = re.compile(r"[a-z0-9]{1,16}")


class DecryptError(FupinError):
    """A token is damaged, belongs to another column, or its key is not in the ring."""

    default_code = "undecryptable"
    default_message = "这条信息现在打不开，请联系管理员。"


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, newest first, and the derived key of the blind indexes."""

    keys: dict[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    @property
    def newest(self) -> str:
        """Id of the key that encrypts."""
        return next(iter(self.keys))


@lru_cache(maxsize=8)
def parse_ring(text: str) -> KeyRing:
    """Read `k2:<base64>,k1:<base64>`; raises `ImproperlyConfigured` without repeating any key material."""
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(text.split(","), start=1):
        key_id, _, encoded = entry.strip().partition(":")
        if not _KEY_ID.fullmatch(key_id) or key_id in keys:
            raise ImproperlyConfigured(f"FUPIN_KEYS: entry {number} has no usable or a repeated key id")
        keys[key_id] = _decode_key(encoded, number=number)
    oldest = next(reversed(keys.values()))
    return KeyRing(keys=keys, index_key=_derive(oldest, purpose=b"fupin blind index v1"))


def encrypt(plain: str, *, context: str) -> str:
    """Token of `plain`, bound to `context` ("table.column")."""
    ring = _ring()
    key_id, nonce = ring.newest, secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(ring.keys[key_id]).encrypt(nonce, plain.encode(), _associated(key_id, context))
    return f"{VERSION}:{key_id}:{_encode(nonce)}:{_encode(sealed)}"


def decrypt(token: str, *, context: str) -> str:
    """Plaintext of a token made by `encrypt` with the same context; raises `DecryptError`."""
    parts = token.split(":")
    if len(parts) != 4 or parts[0] != VERSION:
        raise DecryptError
    _, key_id, nonce, sealed = parts
    key = _ring().keys.get(key_id)
    if key is None:
        raise DecryptError
    try:
        opened = AESGCM(key).decrypt(_decode(nonce), _decode(sealed), _associated(key_id, context))
        return opened.decode()
    except (InvalidTag, ValueError) as error:
        raise DecryptError from error


def seal(plain: bytes, *, context: str) -> bytes:
    """A whole file's content encrypted: `v1:<key id>:` + nonce + ciphertext, bound to `context`."""
    ring = _ring()
    key_id, nonce = ring.newest, secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(ring.keys[key_id]).encrypt(nonce, plain, _associated(key_id, context))
    return f"{VERSION}:{key_id}:".encode() + nonce + sealed


def unseal(sealed: bytes, *, context: str) -> bytes:
    """Content made by `seal` with the same context; raises `DecryptError`."""
    version, _, rest = sealed.partition(b":")
    name, _, body = rest.partition(b":")
    key_id = name.decode("ascii", "replace")
    key = _ring().keys.get(key_id)
    if key is None or version != VERSION.encode() or len(body) < NONCE_BYTES:
        raise DecryptError
    try:
        return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], _associated(key_id, context))
    except InvalidTag as error:
        raise DecryptError from error


def is_current(token: str) -> bool:
    """Whether the token was made with the newest key; others want re-encrypting after a rotation."""
    return token.startswith(f"{VERSION}:{_ring().newest}:")


def blind_index(value: str, *, kind: str) -> str:
    """64 hex digits by which an encrypted value can be found again without being readable.

    `kind` ("phone", "id", "bank", …) separates the indexes of different things. The value is made canonical
    first: NFKC, upper case, no spaces or hyphens; a phone number becomes +86… (raises `ValidationError` when
    it is none).
    """
    message = f"{kind}\0{_canonical(value, kind=kind)}".encode()
    return hmac.new(_ring().index_key, message, hashlib.sha256).hexdigest()


def oldest_key() -> bytes:
    """The ring's last key, which outlives rotation; derive (HKDF) from it what else must stay the same."""
    return next(reversed(_ring().keys.values()))


def new_key(key_id: str = "k1") -> str:
    """A fresh ring entry `k1:<base64 of 32 random bytes>`."""
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError("a key id is 1 to 16 lower-case letters or digits")
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _ring() -> KeyRing:
    return parse_ring(settings.FUPIN_KEYS)


def _canonical(value: str, *, kind: str) -> str:
    if kind == "phone":
        return canonical_phone(value)
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", value)).upper()


def _derive(key: bytes, *, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


def _associated(key_id: str, context: str) -> bytes:
    return f"fupin|{VERSION}|{key_id}|{context}".encode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(raw) != text:  # spare bits and foreign characters would let two texts mean one token
        raise ValueError("not canonical base64")
    return raw


def _decode_key(encoded: str, *, number: int) -> bytes:
    try:
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"FUPIN_KEYS: entry {number} is not 32 bytes in base64")
    return key


def _main(arguments: list[str]) -> int:
    if not arguments or arguments[0] != "newkey" or len(arguments) > 2:
        print("usage: python -m fupin.lib.crypto newkey [id]", file=sys.stderr)
        return 2
    print(new_key(*arguments[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
