"""Texts that are nearly the same: the share of common pairs of characters (Jaccard over bigrams)."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable

LEAST_TENTHS = 9
"""Nine tenths of all pairs in common make a near copy (THREATS Q-05)."""
LEAST_PAIRS = 10
"""Shorter texts are alike by nature and are not compared."""
_NOISE = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """The text without spaces and punctuation, widths folded."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a plain text."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def is_near(one: frozenset[str], other: frozenset[str]) -> bool:
    common = len(one & other)
    return 10 * common >= LEAST_TENTHS * (len(one) + len(other) - common)


def percent(one: str, other: str) -> int:
    """How much two texts have in common, in whole percent."""
    left, right = pairs(plain(one)), pairs(plain(other))
    return 100 * len(left & right) // len(left | right) if left | right else 100


def nearest_earlier(texts: Iterable[tuple[int, str]]) -> dict[int, int]:
    """For each text that nearly copies an earlier one (by its place in the order given): the first that it copies.

    Copies to the letter are left out: they never count anyway. Exact, although few are compared: two texts that
    share nine tenths of their pairs share one of the few rarest of each (prefix filter).
    """
    known = [(pk, plain(text)) for pk, text in texts]
    sets = {pk: pairs(text) for pk, text in known if len(text) > LEAST_PAIRS}
    rarity = Counter(pair for found in sets.values() for pair in found)
    place = {pk: number for number, (pk, _) in enumerate(known)}
    words = dict(known)
    holders: dict[str, list[int]] = defaultdict(list)
    found = {}
    for pk in (pk for pk, _ in known if pk in sets):
        rare = _rarest(sets[pk], rarity)
        candidates = sorted({other for pair in rare for other in holders[pair]}, key=place.__getitem__)
        match = next(
            (other for other in candidates if words[other] != words[pk] and is_near(sets[pk], sets[other])),
            None,
        )
        if match is not None:
            found[pk] = match
        for pair in rare:
            holders[pair].append(pk)
    return found


def _rarest(found: frozenset[str], rarity: Counter[str]) -> list[str]:
    """So many of the rarest pairs that a text without any of them can not be near."""
    least = -(-len(found) * LEAST_TENTHS // 10)
    return sorted(found, key=lambda pair: (rarity[pair], pair))[: len(found) - least + 1]
