"""Illustrations drawn by code for the demo's needs: land and things, never people."""

import io
import random
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 600
SKY, SUN, HILL, FIELD, EARTH, WALL, ROOF, WOOD, PAPER = (
    "#dcebf2", "#f3c969", "#7fa58a", "#b9c77f", "#c9a878", "#efe3cf", "#8d5a44", "#a9754a", "#f7f3ea",
)  # fmt: skip
Draw = ImageDraw.ImageDraw


@cache
def picture(name: str, variant: int) -> bytes:
    """JPEG of one of `DRAWINGS`; `variant` moves hills and colours a little, the same number the same way."""
    rng = random.Random(f"{name}/{variant}")  # noqa: S311
    image = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    draw = ImageDraw.Draw(image)
    _land(draw, rng)
    DRAWINGS[name](draw, rng)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _land(draw: Draw, rng: random.Random) -> None:
    x = rng.randint(120, 820)
    draw.ellipse((x, 60, x + 90, 150), fill=SUN)
    for base, colour in ((300, "#a8c3b4"), (370, "#93b39f"), (430, HILL)):
        points = [(0, HEIGHT)]
        points += [(step, base - rng.randint(0, 110)) for step in range(0, WIDTH + 121, 120)]
        draw.polygon([*points, (WIDTH, HEIGHT)], fill=colour)
    draw.rectangle((0, 440, WIDTH, HEIGHT), fill=FIELD)


def _field(draw: Draw, rng: random.Random) -> None:
    for row in range(12):
        x = row * 90 - 40 + rng.randint(-8, 8)
        draw.line((480 + (x - 480) // 3, 440, x, HEIGHT), fill="#93a55d", width=7)


def _house(draw: Draw, rng: random.Random) -> None:
    x = rng.randint(240, 420)
    draw.rectangle((x, 330, x + 300, 500), fill=WALL)
    draw.polygon([(x - 30, 335), (x + 150, 235), (x + 330, 335)], fill=ROOF)
    draw.rectangle((x + 120, 390, x + 180, 500), fill=WOOD)
    for left in (35, 215):
        draw.rectangle((x + left, 380, x + left + 55, 435), fill="#9fc0cf", outline=WOOD, width=5)


def _school(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((190, 300, 770, 500), fill=WALL)
    draw.rectangle((170, 280, 790, 310), fill=ROOF)
    for column in range(6):
        for row in range(2):
            x, y = 220 + column * 93, 330 + row * 80
            draw.rectangle((x, y, x + 60, y + 50), fill="#9fc0cf", outline=WOOD, width=4)


def _desk(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=PAPER)
    draw.rectangle((0, 470, WIDTH, HEIGHT), fill="#dfcfb4")
    draw.rectangle((210, 330, 750, 356), fill=WOOD)
    for x in (235, 705):
        draw.rectangle((x, 356, x + 22, 540), fill=ROOF)
    draw.line((640, 330, 640, 210, 560, 150), fill="#5f6b6d", width=9, joint="curve")
    draw.polygon([(515, 190), (605, 130), (590, 205)], fill=SUN)
    for index in range(rng.randint(3, 6)):
        draw.rectangle((280, 316 - index * 16, 400, 330 - index * 16), fill=_tint(index))


def _quilt(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=PAPER)
    for index in range(4):
        y = 440 - index * 82
        draw.rounded_rectangle((230, y, 730, y + 74), 34, fill=_tint(index + rng.randint(0, 4)))
        draw.line((250, y + 37, 710, y + 37), fill=PAPER, width=3)
    draw.rectangle((150, 520, 810, 545), fill=WOOD)


def _book(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=PAPER)
    for shelf in (250, 470):
        x = 150
        while x < 780:
            wide, tall = rng.randint(24, 46), rng.randint(110, 165)
            draw.rectangle((x, shelf - tall, x + wide, shelf), fill=_tint(rng.randint(0, 5)))
            x += wide + 5
        draw.rectangle((120, shelf, 840, shelf + 20), fill=WOOD)


def _orchard(draw: Draw, rng: random.Random) -> None:
    for row in range(2):
        for column in range(6):
            x, y = 60 + column * 155 + row * 60, 400 + row * 90
            draw.rectangle((x + 42, y + 50, x + 58, y + 100), fill=WOOD)
            draw.ellipse((x, y - 40, x + 100, y + 66), fill="#5f8f5b")
            for _ in range(6):
                fx, fy = x + rng.randint(15, 80), y + rng.randint(-20, 45)
                draw.ellipse((fx, fy, fx + 13, fy + 13), fill="#e2893b")


def _road(draw: Draw, rng: random.Random) -> None:
    bend = rng.randint(380, 560)
    draw.polygon([(bend, 440), (bend + 26, 440), (700, HEIGHT), (330, HEIGHT)], fill="#d8d2c4")
    for x in range(40, WIDTH, 150):
        draw.rectangle((x, 415, x + 8, 470), fill=WOOD)
        draw.ellipse((x - 26, 350, x + 34, 425), fill="#5f8f5b")


def _coop(draw: Draw, rng: random.Random) -> None:
    draw.rectangle((240, 340, 720, 500), fill="#d9bb8b")
    draw.polygon([(210, 345), (480, 250), (750, 345)], fill=ROOF)
    for x in range(260, 711, 45):
        draw.line((x, 400, x, 500), fill=WOOD, width=6)
    for _ in range(9):
        x, y = rng.randint(80, 860), rng.randint(515, 570)
        draw.ellipse((x, y, x + 34, y + 24), fill=PAPER)


def _tint(index: int) -> str:
    return ("#b5483d", "#d9a441", "#4f7d8c", "#7d9a5b", "#a9754a", "#8a6c8f")[index % 6]


DRAWINGS: dict[str, Callable[[Draw, random.Random], None]] = {
    "hills": lambda draw, rng: None,
    "field": _field,
    "house": _house,
    "school": _school,
    "desk": _desk,
    "quilt": _quilt,
    "book": _book,
    "orchard": _orchard,
    "road": _road,
    "coop": _coop,
}
