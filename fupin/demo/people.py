"""Invented people: names put together by chance, phone numbers from a block that nobody holds."""

import itertools
import random

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤冉牟"
)
RARE = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "尉迟",
    "令狐",
    "夏侯",
    "仝",
    "逄",
    "亓",
    "禤",
    "滕",
    "粟",
    "阚",
    "郤",
)
GIVEN = (
    "秀英桂兰建国志强玉珍国平春梅海波小红文军美华德明淑芳永福金花长根雪梅正义桃香满仓冬生翠莲大山喜凤家乐思远雨欣子涵晓东立新"
    "友谊晨光云霞茂林山青水秀来福庆丰耕田知行若兰念慈怀远"
)
SPECIAL = ("阿依古丽·吐尔逊", "买买提·艾力", "扎西卓玛", "𠮷田宝", "鄂·巴雅尔")
NICKNAMES = (
    "春风",
    "山那边的灯",
    "一位老师",
    "路过的人",
    "小满",
    "微光",
    "老街坊",
    "南岳松",
    "半亩方塘",
    "早班车",
    "石榴籽",
    "拾穗者",
    "清溪",
    "同行一程",
    "向阳",
)
ORGANISATIONS = (
    "晨光志愿服务队",
    "湘江读书会",
    "长青退休教师社",
    "同心企业爱心社",
    "青禾大学生支教队",
    "绿叶环卫工人互助会",
)


class People:
    """An endless supply of invented people; rare names and rare characters come up early."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._special = iter(SPECIAL)
        self._numbers = itertools.count(100)
        self._made = itertools.count(1)

    def name(self) -> str:
        """The next name; every 17th is of a rarer kind."""
        if next(self._made) % 17 == 0:
            special = next(self._special, None)
            return special or self._rng.choice(RARE) + self._given()
        return self._rng.choice(SURNAMES) + self._given()

    def nickname(self) -> str:
        return self._rng.choice(NICKNAMES)

    def phone(self) -> str:
        """The next number of the block 199 000x xxxx."""
        return f"199{next(self._numbers):08d}"

    def _given(self) -> str:
        return "".join(self._rng.sample(GIVEN, self._rng.choice((1, 2, 2, 2))))
