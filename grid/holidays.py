"""The State Council's holidays and 调休, as the package `chinesecalendar` knows them."""

from collections.abc import Iterator
from datetime import date

from chinese_calendar import constants

FIRST_YEAR = 2020
"""Nothing of this platform is older."""

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}


def arranged() -> Iterator[tuple[date, bool, str]]:
    """Every holiday (free) and every 调休 day (worked) with its name in Chinese."""
    for works, table in ((False, constants.holidays), (True, constants.workdays)):
        for day, name in table.items():
            if day.year >= FIRST_YEAR:
                words = NAMES.get(str(name), "节假日")
                yield day, works, f"{words}调休上班" if works else words
