"""Looking for a household by name inside one village. The name is sent in a POST, so that no address holds it."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.enums import Level
from accounts.http import SignedIn
from accounts.queries import path_of
from fupin.lib.errors import TooMany
from needs.forms.public import NameForm
from needs.services import name_search
from needs.views import cards, filters

LIMITED = "查得太频繁了，请过一会儿再试，或者看看全村的求助。"


@never_cache
@login_required
@sensitive_post_parameters("name")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedIn, code: int) -> HttpResponse:
    """The question and its answer. What was typed is never shown again: the page reads the same for all misses."""
    path = path_of(code)
    if not path or path[-1].code != code or path[-1].level != Level.VILLAGE:
        raise Http404
    form = NameForm(request.POST if request.method == "POST" else None)
    found, status = None, 200
    if form.is_bound and form.is_valid():
        try:
            found = name_search.public_needs(
                actor=request.user, village=path[-1], name=form.cleaned_data["name"]
            )
        except TooMany as error:
            form.add_error(None, LIMITED)
            status = error.status
    context = {
        "form": NameForm() if found is not None else form,
        "asked": found is not None,
        "cards": cards.cards(found or []),
        "village": path[-1],
        "crumbs": filters.crumbs(path, {}, here="按姓名找"),
        "list_url": filters.region_url(code),
    }
    return render(
        request,
        "needs/by_name.html",
        context,
        status=status if status != 200 or not form.errors else 400,
    )
