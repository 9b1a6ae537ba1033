"""Every address of the site. Names the outside relies on are in CONTRACT.md."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.problems import unknown_address
from fupin.demo.urls import urlpatterns as demo_urls
from fupin.health import healthz, readyz
from fupin.statements import statements

api_v1: list[URLPattern | URLResolver] = [
    path("", include("accounts.api_urls")),
    path("", include("needs.api_urls")),
    path("", include("donors.api_urls")),
    path("", include("grid.api")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("<path:anything>", unknown_address),
]

# Its script has an address of its own and its page no inline style: the site's security policy stands.
api_docs = SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="accounts/api_docs.html")

urlpatterns = [
    path("office/statements/", statements),
    path("", include("needs.urls")),
    path("", include("donors.urls")),
    path("", include("accounts.urls")),
    path("", include("grid.urls")),
    path("api/v1/", include((api_v1, "api"))),
    path("api/docs/", api_docs, name="api-docs"),
    path("healthz", healthz),
    path("readyz", readyz),
]

if settings.DEMO or settings.TESTING:
    urlpatterns += demo_urls

handler400 = "accounts.views.errors.bad_request"
handler403 = "accounts.views.errors.forbidden"
handler404 = "accounts.views.errors.not_found"
handler500 = "accounts.views.errors.server_error"
