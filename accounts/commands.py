"""What the management commands share."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from accounts.models import User


def person(phone: str, *, closed: bool = False) -> User:
    """The account of a phone number typed by an operator, an active one unless `closed` may be asked for.

    CommandError in plain words where there is none.
    """
    try:
        user = User.objects.by_phone(phone)
    except ValidationError as error:
        raise CommandError(error.messages[0]) from error
    if user is None or not (user.is_active or closed):
        raise CommandError("没有这个手机号的账号，或账号已停用。")
    return user
