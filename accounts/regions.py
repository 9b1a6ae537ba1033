"""Arithmetic of the 12-digit national division codes: 2 province, 2 city, 2 county, 3 township, 3 village.

Pure functions on integers. A level cannot be read off a code (441900000000 is a city whose "county" has
the same code), so whoever needs it passes it. Levels are the values of `accounts.enums.Level`, 1 (province)
to 5 (village).
"""

CODE_DIGITS = 12
LEVEL_DIGITS = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}
"""Significant digits of a code by level; the rest are zeros."""

STAND_INS = {
    110100000000: 110000000000,  # 北京 市辖区
    120100000000: 120000000000,  # 天津 市辖区
    310100000000: 310000000000,  # 上海 市辖区
    419000000000: 410000000000,  # 河南 省直辖县级行政区划
    429000000000: 420000000000,  # 湖北 省直辖县级行政区划
    469000000000: 460000000000,  # 海南 省直辖县级行政区划
    500100000000: 500000000000,  # 重庆 市辖区
    500200000000: 500000000000,  # 重庆 县
    620201000000: 620200000000,  # 嘉峪关市 has no counties; statistics invent one
    659000000000: 650000000000,  # 新疆 自治区直辖县级行政区划
}
"""Rows of the statistics that name no real place, and the real place that stands above their children."""

_SPANS = {level: 10 ** (CODE_DIGITS - digits) for level, digits in LEVEL_DIGITS.items()}


def padded(code: int, level: int) -> int:
    """The 12-digit form of a short code: `padded(4304, 2)` is 430400000000. A village's code stays itself."""
    return code * _SPANS[level]


def fits_level(code: int, level: int) -> bool:
    """Whether `code` has 12 digits and only zeros behind the significant digits of `level`."""
    return 10 ** (CODE_DIGITS - 1) <= code < 10**CODE_DIGITS and code % _SPANS[level] == 0


def subtree_end(code: int, level: int) -> int:
    """Last code, inclusive, of the subtree of the region `code` at `level`."""
    return code + _SPANS[level] - 1


def ancestors(code: int) -> list[int]:
    """Codes that may stand above `code`, province first; not all of them need to exist as regions.

    Stand-ins are left out, and so is `code` itself: `ancestors(441900003000)` is 广东 and 东莞, no county.
    """
    prefixes = dict.fromkeys(code - code % _SPANS[level] for level in (1, 2, 3, 4))
    return [prefix for prefix in prefixes if prefix != code and prefix not in STAND_INS]


def real_region(code: int) -> int:
    """`code` itself, or the real place above it when `code` is a stand-in of the statistics."""
    return STAND_INS.get(code, code)
