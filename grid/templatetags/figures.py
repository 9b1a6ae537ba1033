"""The way to the figures from pages of rooms below (docs/decisions.md 23)."""

from django import template
from django.urls import reverse

register = template.Library()


@register.inclusion_tag("grid/figures_link.html")
def figures_link() -> dict[str, str]:
    """A sentence that leads to the public figures."""
    return {"url": reverse("grid:public-figures")}
