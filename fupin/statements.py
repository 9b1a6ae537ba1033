"""`/office/statements/` (CONTRACT): the bank's statements for who settles them, one's own subsidy statements else."""

from django.http import HttpRequest, HttpResponse

from accounts.enums import Verb
from accounts.permissions import grants
from donors.views import statements as bank
from grid.views import subsidies


def statements(request: HttpRequest) -> HttpResponse:
    """The view that this person's post asks for; both check for themselves who may enter."""
    settles = request.user.is_authenticated and any(True for _ in grants(request.user).of(Verb.RECONCILE))
    return bank.index(request) if settles else subsidies.index(request)
