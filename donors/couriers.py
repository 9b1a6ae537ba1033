"""What the numbers of the usual couriers look like, to catch a slip of the finger before a parcel is lost.

The forms differ by service and year, so a number that does not fit is questioned, never forbidden: the sender may
insist that it stands on the slip. "Other" takes anything that `TrackingNumberField` takes.
"""

import re

from donors.enums import Courier

_SPOKEN: dict[str, tuple[str, str]] = {
    Courier.SF: (r"SF[0-9]{12,15}|[0-9]{12}|[0-9]{15}", "SF 加 12 到 15 位数字，或 12 位数字"),
    # UPU S10 (two letters, nine digits, CN), or thirteen digits for parcels inside the country.
    Courier.EMS: (r"[A-Z]{2}[0-9]{9}CN|[0-9]{13}", "13 位数字，或两个字母加 9 位数字加 CN"),
    Courier.ZTO: (r"(ZT[A-Z]?)?[0-9]{12,15}", "12 到 15 位数字，可以有 ZT 开头"),
    Courier.YTO: (r"YT[0-9]{13,15}|[0-9]{10,12}|[0-9]{18}", "YT 加 13 到 15 位数字，或 10 到 12 位数字"),
    Courier.STO: (r"(STO)?[0-9]{12,15}", "12 到 15 位数字"),
    Courier.YUNDA: (r"(YD)?[0-9]{13}|[0-9]{15}", "13 或 15 位数字"),
    Courier.JD: (r"JD[A-Z0-9]{11,16}(-[0-9]{1,3}-[0-9]{1,3}-?)?", "JD 加 11 到 16 位字母或数字"),
    Courier.JT: (r"(JT|UT)[0-9]{13}", "JT 加 13 位数字"),
    Courier.DEPPON: (
        r"DPK[0-9]{12,15}|[0-9]{8,10}|[0-9]{12,15}",
        "DPK 加 12 到 15 位数字，或 8 到 10 位数字",
    ),
}
FORMATS = {code: (re.compile(pattern), words) for code, (pattern, words) in _SPOKEN.items()}


def canonical(number: str) -> str:
    """The number as it is kept and compared: upper case."""
    return number.upper()


def fits(courier: str, number: str) -> bool:
    """Whether the number looks like one of this courier; True for couriers without a known form."""
    known = FORMATS.get(courier)
    return known is None or known[0].fullmatch(canonical(number)) is not None


def words(courier: str) -> str:
    """The courier's form in plain Chinese; empty for couriers without a known one."""
    known = FORMATS.get(courier)
    return known[1] if known else ""
