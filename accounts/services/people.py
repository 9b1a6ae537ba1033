"""Appointing people by their phone number, also those who have not entered yet."""

from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import Appointment, Region, User
from accounts.models.user import phone_index
from accounts.services import appointments
from accounts.services.appointments import NO_DETAILS, PostDetails


def appoint_by_phone(
    *,
    actor: User,
    phone: str,
    name: str,
    role: str,
    region: Region,
    starts_on: date | None = None,
    ends_on: date | None = None,
    details: PostDetails = NO_DETAILS,
) -> Appointment:
    """Give a post to whoever has this phone number; makes the account, named `name`, when there is none.

    A name the person gave stays. Raises what `appointments.appoint` raises, and then nothing is written.
    """
    with transaction.atomic():
        user = _person(phone, name)
        return appointments.appoint(
            actor=actor,
            user=user,
            role=role,
            region=region,
            starts_on=starts_on,
            ends_on=ends_on,
            details=details,
        )


def _person(phone: str, name: str) -> User:
    user = User.objects.by_phone(phone)
    if user is None:
        try:
            with transaction.atomic():
                return User.objects.create_user(phone, name=name)
        except IntegrityError:  # the person entered for the first time in the same moment
            user = User.objects.get(phone_index=phone_index(phone))
    if not user.name:
        user.name = name
        user.save(update_fields=["name"])
    return user
