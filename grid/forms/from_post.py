"""Forms that are filled in from one of the person's own posts."""

from collections.abc import Sequence
from typing import Any

from accounts.models import Appointment
from fupin.lib.forms import CleanForm


class FromPostForm(CleanForm):
    """Has a field `post`; with one post there is nothing to choose and it is left out."""

    def __init__(self, *args: Any, posts: Sequence[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {post.pk: post for post in posts}
        if len(posts) == 1:
            del self.fields["post"]
        else:
            choices = [(post.pk, f"{post.region.name} {post.get_role_display()}") for post in posts]
            self.fields["post"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]

    @property
    def chosen_post(self) -> Appointment:
        return self.posts[self.cleaned_data.get("post") or next(iter(self.posts))]
