"""The portrait of somebody who serves in a grid, for pages of rooms below (docs/decisions.md 23)."""

from django import template
from django.urls import reverse

from accounts.models import Appointment
from grid.models import GridMember

register = template.Library()


@register.simple_tag
def portrait_of(post: Appointment) -> str:
    """The address of the portrait that the holder of this post agreed to show; "" without one. One query."""
    shown = GridMember.objects.serving().filter(post=post).exclude(photo="").order_by("-id").first()
    return reverse("grid:portrait", args=[shown.pk]) if shown else ""
