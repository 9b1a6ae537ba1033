"""The picture that goes with a shared link: 1200 x 630, public fields only, kept under the hash of its content."""

import hashlib
import json
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from fupin.lib import pictures
from fupin.lib.money import yuan_display
from needs.enums import Form
from needs.models import Need

SIZE = (1200, 630)
VERSION = 1  # raise it when the drawing changes
PAPER, INK, SOFT, ACCENT, LINE = "#faf6ee", "#2b2220", "#6b5d55", "#a5231c", "#e3d7c4"
MARGIN, TEXT_ROOM, QR_SIDE = 72, 730, 290


@dataclass(frozen=True, slots=True)
class Card:
    """Everything the picture says; nothing else of the need reaches it."""

    kind: str
    title: str
    who: str
    wanted: str
    url: str
    site: str
    version: int = VERSION


def card_of(need: Need, place: str) -> Card:
    """The card of a public need; `place` in public words, the recipient masked."""
    return Card(
        kind=need.get_kind_display(),
        title=need.title,
        who=f"{need.recipient} · {place}",
        wanted=_wanted(need),
        url=f"{settings.SITE_URL}{need.get_absolute_url()}",
        site=settings.SITE_NAME,
    )


def digest(card: Card) -> str:
    """16 hex digits that change with whatever the picture shows."""
    text = json.dumps(asdict(card), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def picture(need: Need, card: Card) -> bytes:
    """PNG of the card; drawn once for each content, and older drawings of the same need go."""
    folder, name = f"cards/{need.pk}", f"{digest(card)}.png"
    path = f"{folder}/{name}"
    try:
        with default_storage.open(path) as file:
            kept: bytes = file.read()
            return kept
    except FileNotFoundError:
        made = draw(card)
    for old in default_storage.listdir(folder)[1] if default_storage.exists(folder) else ():
        default_storage.delete(f"{folder}/{old}")
    kept_as = default_storage.save(path, ContentFile(made))
    if kept_as != path:  # another first visitor was faster
        default_storage.delete(kept_as)
    return made


def draw(card: Card) -> bytes:
    """The picture itself."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 16), fill=ACCENT)
    pictures.write(pen, (MARGIN, 108), card.site, family="serif", size=40, fill=ACCENT)
    pictures.write(pen, (MARGIN, 186), card.kind, family="sans", size=30, fill=SOFT)
    y = 272
    for line in pictures.lines(card.title, "serif", 62, room=TEXT_ROOM, most=2):
        pictures.write(pen, (MARGIN, y), line, family="serif", size=62, fill=INK)
        y += 82
    for line in pictures.lines(card.who, "sans", 30, room=TEXT_ROOM, most=2):
        pictures.write(pen, (MARGIN, y), line, family="sans", size=30, fill=SOFT)
        y += 44
    for line in pictures.lines(card.wanted, "sans", 34, room=TEXT_ROOM, most=1):
        pictures.write(pen, (MARGIN, max(y + 22, 490)), line, family="sans", size=34, fill=ACCENT)
    pen.line((MARGIN, 540, SIZE[0] - MARGIN, 540), fill=LINE, width=2)
    words = "村、乡镇、县三级核实后公开 · 自愿帮助，量力而行"
    pictures.write(pen, (MARGIN, 590), words, family="sans", size=26, fill=SOFT)
    code = pictures.qr(card.url, QR_SIDE)
    left = SIZE[0] - MARGIN - code.width
    image.paste(code, (left, 130))
    hint = "扫码看看怎样帮"
    start = left + (code.width - round(pictures.width(hint, "sans", 28))) // 2
    pictures.write(pen, (start, 130 + code.height + 46), hint, family="sans", size=28, fill=INK)
    return pictures.png(image)


def _wanted(need: Need) -> str:
    parts = []
    if need.progress.target_fen:
        parts.append(f"善款 {yuan_display(need.progress.target_fen)} 元")
    if Form.GOODS in need.forms:
        parts += [f"{item.name} {item.quantity}{item.unit}" for item in need.items.all()[:3]]
    if Form.SERVICE in need.forms:
        parts.append("出时间、出力气")
    return "需要：" + "、".join(parts)
