"""The key with which a program speaks for a person: for a time, and only as long as the person's sessions live."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import User
from accounts.services import audit
from fupin.lib.clock import now

NONCE = 24
"""Random digits of a key; the 16 behind them bind it to its person and to `User.auth_epoch`."""


def token_of(user: User, *, actor: User | None) -> str:
    """The person's API key while it is good, else a new one; every handing out is audited.

    `actor=None` is an operator's command. A key is good for `settings.API_TOKEN_DAYS` and ends with the person's
    sessions.
    """
    with transaction.atomic():
        # Two programs that ask at once get one key.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        token = Token.objects.filter(user=user).first()
        if token is None or not is_good(token):
            Token.objects.filter(user=user).delete()
            token = Token.objects.create(user=user, key=_new_key(user))
        audit.record(actor=actor, action="token.show", obj=user)
    return str(token.key)


def is_good(token: Token) -> bool:
    """Whether the key is young enough, and from the person's present epoch."""
    nonce, mark = token.key[:NONCE], token.key[NONCE:]
    young = token.created > now() - timedelta(days=settings.API_TOKEN_DAYS)
    return young and constant_time_compare(mark, _mark(nonce, token.user))


class LivingTokens(TokenAuthentication):
    """`Authorization: Token …` with a key that is still good; anything else is 401."""

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        user, token = super().authenticate_credentials(key)
        if not is_good(token):
            raise AuthenticationFailed("密钥已经失效，请重新获取。")
        return user, token


def _new_key(user: User) -> str:
    nonce = secrets.token_hex(NONCE // 2)
    return nonce + _mark(nonce, user)


def _mark(nonce: str, user: User) -> str:
    bound = f"{nonce}:{user.pk}:{user.auth_epoch}"
    return salted_hmac("fupin.token", bound, algorithm="sha256").hexdigest()[:16]
