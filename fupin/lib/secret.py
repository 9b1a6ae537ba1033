"""A personal value that shows only its mask unless it is opened on purpose."""

import hmac
from typing import Any, Literal, Never, get_args

from fupin.lib import crypto, masks

Kind = Literal["phone", "id", "bank", "text", "name"]
KINDS: tuple[str, ...] = get_args(Kind)

_MASKS = {
    "phone": masks.mask_phone,
    "id": masks.mask_id,
    "bank": masks.mask_card,
    "name": masks.mask_name,
    "text": masks.mask_text,
}


class Secret:
    """One personal value, as plaintext or as a token that is decrypted only when needed.

    `str`, `repr`, `format` and templates give the mask. It compares by plaintext in constant time, cannot be
    pickled and is no JSON type, so it does not slip into a session, a cache, a queue or an answer.
    """

    __slots__ = ("_context", "_plain", "_token", "kind")

    kind: Kind
    _plain: str | None
    _token: str
    _context: str

    def __init__(self, plain: str, *, kind: Kind) -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind of secret: {kind}")
        self.kind = kind
        self._plain = plain
        self._token = self._context = ""

    @classmethod
    def sealed(cls, token: str, *, context: str, kind: Kind) -> "Secret":
        """A secret around a token of `crypto.encrypt`; nothing is decrypted yet."""
        secret = cls("", kind=kind)
        secret._plain, secret._token, secret._context = None, token, context
        return secret

    def open(self) -> str:
        """The plaintext. Only `accounts.services.reveal` and the senders of messages call this.

        Raises `crypto.DecryptError`.
        """
        if self._plain is None:
            self._plain = crypto.decrypt(self._token, context=self._context)
        return self._plain

    open.alters_data = True  # type: ignore[attr-defined]  # templates then refuse to call it

    @property
    def masked(self) -> str:
        """What may be shown: "138****0001", "****1234", "张**" or "***", also when it cannot be decrypted."""
        try:
            return _MASKS[self.kind](self.open())
        except crypto.DecryptError:
            return masks.HIDDEN

    def token(self, *, context: str) -> str:
        """The encrypted form for `context`; the stored token while context and key are still the same."""
        if self._token and self._context == context and crypto.is_current(self._token):
            return self._token
        return crypto.encrypt(self.open(), context=context)

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"<Secret {self.kind} {self.masked}>"

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.open().encode(), other.open().encode())

    def __hash__(self) -> int:
        return hash(Secret)  # equal secrets need equal hashes, and a hash of the plaintext would leak it

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: Any) -> Never:
        raise TypeError("a Secret cannot be pickled")
