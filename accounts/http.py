from django.http import HttpRequest

from accounts.models import User


class SignedIn(HttpRequest):
    """For type checkers only: the request behind `@login_required`, whose user is a `User`."""

    user: User
