"""Text as people type it, made safe and canonical before anything else sees it.

Names, numbers and identifiers are folded (NFKC, full-width digits); free text keeps what was typed. Length is
measured after normalisation, because one character can grow to eighteen. Everything refused raises Django's
`ValidationError` in plain Chinese, so that forms and serializers show it beside the field.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from stdnum import luhn
from stdnum.cn import ric

NAME_MAX = 30
"""Longest name of a person or household, in characters after normalisation."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_EMOJI_JOINER = "\u200d"
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS_IN_A_ROW = 8
_RAW_GROWTH = 4  # decomposed text may be this many times longer than its normal form
_SPACES = re.compile(r"[ \t\r\n\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LINE_BREAKS = re.compile(r"\r\n|[\r\u2028\u2029]")
_TRAILING = re.compile(r"[ \u3000]+(?=\n)")
_TOO_MANY_BREAKS = re.compile(r"\n{4,}")

_NAME_DOTS = str.maketrans(
    dict.fromkeys("\u2022\u2027\u2219\u22c5\u30fb\uff0e\uff65", "\u00b7") | {"\u2019": "'"}
)
_NAME_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"})
_NAME_MARKS = "\u00b7 .'-"
# Hangul fillers, variation selectors and the grapheme joiner are letters or marks that nobody can see.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CJK_GAP = re.compile(r"(?<=[\u2e80-\u9fff\U00020000-\U0003ffff]) (?=[\u2e80-\u9fff\U00020000-\U0003ffff])")

_PHONE = re.compile(r"(?:\+?86|0086|0)?(1[3-9][0-9]{9})")
_PHONE_SEPARATORS = str.maketrans("", "", " -\u00a0")
_FOUND_PHONE = re.compile(
    r"(?<![0-9])(?:(?:\+?86|0086|0)[ -]?)?1[3-9][0-9]"
    r"(?:[0-9]{8}|([ .-])[0-9]{4}\1[0-9]{4}|[0-9]([ .-])[0-9]{3}\2[0-9]{4})(?![0-9])"
)
_FOUND_ID = re.compile(r"(?<![0-9])[0-9]{6}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3}[0-9Xx](?![0-9])")
_FOUND_CARD = re.compile(r"(?<![0-9])[0-9]{4}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?(?![0-9])")


def fold_width(value: str) -> str:
    """Full-width letters, digits, signs and space become their ASCII forms; nothing else changes."""
    return value.translate(_FULL_WIDTH)


def clean_line(value: str, *, max_length: int) -> str:
    """One line: white space of any kind becomes single spaces, ends are trimmed; emoji are welcome."""
    text = _normal("NFC", _SPACES.sub(" ", _within(value, max_length)))
    return _at_most(text.strip(" "), max_length)


def clean_body(value: str, *, max_length: int) -> str:
    """Several lines: breaks are kept as "\\n" (three in a row at most), ends trimmed; emoji are welcome."""
    text = _LINE_BREAKS.sub("\n", _within(value, max_length)).replace("\t", " ")
    text = _TOO_MANY_BREAKS.sub("\n\n\n", _TRAILING.sub("", _normal("NFC", text)))
    return _at_most(text.strip("\n \u3000"), max_length)


def clean_name(value: str) -> str:
    """A person's name in NFKC: 1 to 30 letters of any script, "·", space, ".", "'" and "-" between them."""
    text = _normal("NFKC", _SPACES.sub(" ", _within(value, NAME_MAX)).translate(_NAME_DOTS))
    text = _CJK_GAP.sub("", _SPACES.sub(" ", text).strip(" "))
    if not text:
        raise ValidationError("请填写姓名。", code="name_empty")
    if any(not _may_be_in_name(char) for char in text) or _INVISIBLE.search(text):
        raise ValidationError("姓名里只能有文字和间隔号“·”，不能有数字、符号或表情。", code="name")
    if (
        text[0] in _NAME_MARKS
        or text[-1] in "\u00b7-' "
        or not any(char.isalpha() or _is_ideograph(char) for char in text)
    ):
        raise ValidationError("姓名要以文字开头和结尾，请检查间隔号的位置。", code="name")
    return _at_most(text, NAME_MAX)


def skeleton(name: str) -> str:
    """What stays of a name when spaces, dots, hyphens, case and width are ignored; for finding duplicates."""
    folded = unicodedata.normalize("NFKC", name.translate(_NAME_DOTS)).casefold()
    return "".join(char for char in folded if not char.isspace() and char not in _NAME_MARKS)


def canonical_phone(value: str) -> str:
    """A mainland mobile number as "+8613800000001".

    Takes full-width digits, spaces and hyphens, and the prefixes +86, 86, 0086 and 0. Raises
    `ValidationError` for all else.
    """
    folded = fold_width(value).translate(_PHONE_SEPARATORS) if len(value) <= 40 else ""
    match = _PHONE.fullmatch(folded)
    if match is None:
        raise ValidationError("请填写 11 位手机号码，例如 138 开头的号码。", code="phone")
    return f"+86{match[1]}"


def contains_personal_data(text: str) -> list[str]:
    """Kinds of personal numbers in free text: "id" (18-digit ID), "phone" (mobile), "card" (bank card)."""
    folded = unicodedata.normalize("NFKC", text)
    ids = {match[0] for match in _FOUND_ID.finditer(folded) if _is_resident_id(match[0])}
    found = ["id"] if ids else []
    if _FOUND_PHONE.search(folded):
        found.append("phone")
    cards = (match[0] for match in _FOUND_CARD.finditer(folded))
    if any(card not in ids and luhn.is_valid(_digits(card)) for card in cards):
        found.append("card")
    return found


def _within(value: str, max_length: int) -> str:
    """The value, refused while it is cheap: normalising 100 000 stacked marks takes quadratic time."""
    if len(value) > max_length * _RAW_GROWTH + 64:
        raise _too_long(max_length)
    for char in set(value):
        if _is_refused(char):
            raise _refused(value.index(char) + 1)
    _refuse_stacked_marks(value)
    return value


def _refuse_stacked_marks(value: str) -> None:
    if not any(unicodedata.combining(char) for char in set(value)):
        return
    run = 0
    for char in value:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _MARKS_IN_A_ROW:
            raise ValidationError("一个字上叠加的符号太多，请改用普通文字。", code="marks")


def _normal(form: str, text: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


def _at_most(text: str, max_length: int) -> str:
    if len(text) > max_length:
        raise _too_long(max_length)
    return text


def _too_long(max_length: int) -> ValidationError:
    return ValidationError(f"最多 {max_length} 个字，请缩短一些。", code="too_long")


def _refused(position: int) -> ValidationError:
    return ValidationError(f"第 {position} 个字符是看不见的特殊字符，请删掉后重新输入。", code="characters")


def _is_refused(char: str) -> bool:
    """Controls, bidi and other formats, surrogates, private use, unassigned; never emoji or Chinese."""
    if char in ("\n", "\r", "\t", _EMOJI_JOINER) or char.isprintable():
        return False
    if unicodedata.category(char) == "Cn":
        return not (_is_ideograph(char) or 0x1F000 <= ord(char) <= 0x1FAFF)
    return unicodedata.category(char) in _REFUSED_CATEGORIES


def _is_ideograph(char: str) -> bool:
    """In the planes of rare Chinese characters; Python's tables are older than their latest extensions."""
    return 0x20000 <= ord(char) <= 0x33FFF and ord(char) & 0xFFFE != 0xFFFE


def _may_be_in_name(char: str) -> bool:
    return char in _NAME_MARKS or unicodedata.category(char) in _NAME_CATEGORIES or _is_ideograph(char)


def _is_resident_id(text: str) -> bool:
    number = _digits(text)
    try:
        ric.get_birth_date(number)
    except ric.ValidationError:
        return False
    return bool(ric.calc_check_digit(number) == number[-1])


def _digits(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()
