"""News that the rooms above may answer."""

from django.dispatch import Signal

household_page = Signal()
"""Sent with `household` when its own page is built. Receivers return rows of the inbox component: what is on its way
to this household and waits for its word (a list of dicts, longest waiting first)."""

taken_down = Signal()
"""Sent with `need_id` after the commit that took a public need back while help was promised to it. Only a hint that
may get lost: `Need.taken_down_at` is the truth."""

monitoring_set = Signal()
"""Sent with `household_id` after the commit that changed whether a household is watched or where its risk stands."""

has_helped = Signal()
"""Sent with `user`, a signed-in person. Receivers return whether they have helped somebody before."""
