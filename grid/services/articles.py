"""Writing and publishing articles: who writes is never who publishes; no text leaves with personal data in it."""

from dataclasses import asdict, dataclass

from django.db import transaction

from accounts.models import Region, User
from accounts.services import audit
from accounts.services.submissions import ensure_seen
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput, NotAllowed, StaleState
from grid.article_lifecycle import places_to_write, step
from grid.article_text import BODY_MAX, LINES_MAX, refusal
from grid.models import Article
from grid.models.article import ArticleKind, ArticleState

LEAST_BODY, LEAST_NOTE = 50, 4
TEXTS = ("title", "summary", "body", "source", "number")


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """What a form hands over; `source` and `number` belong to policies."""

    title: str
    summary: str
    body: str
    source: str = ""
    number: str = ""


def write(*, actor: User, kind: str, region: Region, content: ArticleInput) -> Article:
    """Begin a draft of one's county or city.

    Raises NotAllowed where the person does not write this kind there, InvalidInput for a text that may not be read by
    others (too short or long, personal numbers, the name of a household) or a policy without its source.
    """
    if region.code not in places_to_write(actor).get(kind, ()):
        raise NotAllowed("您的职务不写这个栏目。")
    _check(kind, region, content)
    with transaction.atomic():
        made = Article.objects.create(kind=kind, region=region, author=actor, **asdict(content))
        _record(actor, made, "article.write", {"kind": kind})
    return made


def edit(*, actor: User, article: Article, content: ArticleInput, seen: str = "") -> Article:
    """Change one's own draft. Raises as `write`, NotAllowed for another's, StaleState once it is handed in."""
    with transaction.atomic():
        locked = _locked(article)
        if not actor.same_person(locked.author):
            raise NotAllowed("只有作者可以修改。")
        ensure_seen(seen, locked.mark)
        if locked.state != ArticleState.DRAFT:
            raise StaleState("已经提交，不能再改；可以先拿回来。")
        _check(locked.kind, locked.region, content)
        changed = [name for name in TEXTS if getattr(locked, name) != getattr(content, name)]
        for name in changed:
            setattr(locked, name, getattr(content, name))
        locked.changed_at = now()
        locked.save()
        _record(actor, locked, "article.edit", {"changed": changed})
    return locked


def act(*, actor: User, article: Article, action: str, note: str = "", seen: str = "") -> Article:
    """Take one step of the lifecycle table.

    Raises as `grid.article_lifecycle.step`, InvalidInput without a reason where one is asked for or for a text that may
    not leave (a household of this name may have been registered since), StaleState where `seen` is past.
    """
    note = note.strip()
    with transaction.atomic():
        locked = _locked(article)
        row = step(actor, locked, action)
        ensure_seen(seen, locked.mark)
        if row.with_note and len(note) < LEAST_NOTE:
            raise InvalidInput(fields={"note": [f"请写明原因，至少 {LEAST_NOTE} 个字。"]})
        if action in ("submit", "publish"):
            _check(locked.kind, locked.region, _content(locked))
        locked.state, locked.changed_at = row.target, now()
        locked.note = note[:120] if row.with_note else ""
        if action == "submit":
            locked.submitted_at = now()
        if action == "publish":
            locked.published_at = now()
        if row.other_person:
            locked.reviewed_by = actor
        locked.save()
        _record(actor, locked, f"article.{action}", {"state": locked.state}, locked.note)
    return locked


def _check(kind: str, region: Region, content: ArticleInput) -> None:
    fields = {}
    if len(content.body) < LEAST_BODY:
        fields["body"] = [f"正文至少 {LEAST_BODY} 个字。"]
    elif len(content.body) > BODY_MAX or content.body.count("\n") >= LINES_MAX:
        fields["body"] = [f"正文最多 {BODY_MAX} 个字、{LINES_MAX} 行，要能印在一页纸上。"]
    if kind == ArticleKind.POLICY and not content.source.strip():
        fields["source"] = ["政策要写明发文机关。"]
    for name in TEXTS:
        if name not in fields and (why := refusal(kind, region, getattr(content, name))):
            fields[name] = [why]
    if fields:
        raise InvalidInput(fields=fields)


def _content(article: Article) -> ArticleInput:
    return ArticleInput(**{name: getattr(article, name) for name in TEXTS})


def _locked(article: Article) -> Article:
    rows = Article.objects.select_for_update(of=("self",), no_key=True).select_related("region", "author")
    return rows.get(pk=article.pk)


def _record(actor: User, article: Article, action: str, changes: dict[str, object], reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=article,
        region_code=article.region_id,
        changes=changes,
        reason=reason,
    )
