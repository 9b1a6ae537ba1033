"""An article's lifecycle as a table, and who writes what. The services, the buttons and docs/lifecycle.md read it."""

from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import Grant, grants
from fupin.lib.errors import Conflict, NotAllowed, StaleState
from grid.models.article import Article, ArticleKind
from grid.models.article import ArticleState as S

AUTHOR, EDITOR = "author", "editor"
EDITORS = frozenset({Role.COUNTY_ADMIN, Role.CITY_OFFICE})
"""They publish for the very region of their post: the county its own, the city its own."""
_MEDIA = EDITORS | {Role.COUNTY_MEDIA}
WRITERS: dict[str, frozenset[Role]] = {
    ArticleKind.POLICY: _MEDIA,
    ArticleKind.STORY: _MEDIA,
    ArticleKind.EXPERIENCE: _MEDIA | {Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER},
}
_OF_THE_COUNTY = frozenset({Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER})


@dataclass(frozen=True, slots=True)
class Step:
    """One row: `by` is AUTHOR (who wrote it) or EDITOR (who publishes in its region)."""

    action: str
    source: S
    target: S
    by: str
    label: str
    other_person: bool = False
    """The author may not do this one, under any account."""
    with_note: bool = False
    """A reason is asked for."""


LIFECYCLE: tuple[Step, ...] = (
    Step("submit", S.DRAFT, S.SUBMITTED, AUTHOR, "提交发布"),
    Step("discard", S.DRAFT, S.WITHDRAWN, AUTHOR, "不要了"),
    Step("take_back", S.SUBMITTED, S.DRAFT, AUTHOR, "拿回来修改"),
    Step("publish", S.SUBMITTED, S.PUBLISHED, EDITOR, "发布", other_person=True),
    Step("send_back", S.SUBMITTED, S.DRAFT, EDITOR, "退回作者", other_person=True, with_note=True),
    Step("withdraw", S.PUBLISHED, S.WITHDRAWN, EDITOR, "撤下", with_note=True),
)
ACTIONS = tuple(dict.fromkeys(row.action for row in LIFECYCLE))


def steps_for(actor: User, article: Article) -> list[Step]:
    """The steps this person may take now; the buttons of the page."""
    rows = [row for row in LIFECYCLE if row.source == article.state and _may(actor, article, row.by)]
    return [row for row in rows if not (row.other_person and actor.same_person(article.author))]


def step(actor: User, article: Article, action: str) -> Step:
    """The row for this action now.

    Raises NotAllowed where the person may do this in no state, Conflict where the author would publish, StaleState
    where the state moved on.
    """
    rows = [row for row in LIFECYCLE if row.action == action and _may(actor, article, row.by)]
    if not rows:
        raise NotAllowed("您没有办理这一步的权限。")
    for row in rows:
        if row.source == article.state:
            if row.other_person and actor.same_person(article.author):
                raise Conflict("写的人和发布的人要是不同的人，请交给同事。")
            return row
    raise StaleState(f"这篇文章现在是“{S(article.state).label}”，不能再做这一步。")


def places_to_write(user: User) -> dict[str, set[int]]:
    """By kind the codes of the counties and cities this person writes for."""
    rows = grants(user).rows
    found = {kind: {_place(row) for row in rows if row.role in roles} for kind, roles in WRITERS.items()}
    return {kind: codes for kind, codes in found.items() if codes}


def edited_by(user: User) -> set[int]:
    """The codes of the regions where this person publishes."""
    return {row.low for row in grants(user).rows if row.role in EDITORS}


def _place(row: Grant) -> int:
    """A village's and township's experience belongs to their county."""
    return row.low - row.low % 10**6 if row.role in _OF_THE_COUNTY else row.low


def _may(actor: User, article: Article, by: str) -> bool:
    return actor.same_person(article.author) if by == AUTHOR else article.region_id in edited_by(actor)
