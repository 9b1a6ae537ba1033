"""What the invented needs of villages, counties and cooperatives are about, and the shape of a case.

Texts may hold the slots of `stories.SLOTS`; amounts are whole yuan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One situation: its kind, two titles, the heart of the story, and what would help.

    `yuan` is the range of the target (0 to 0: no money asked), `items` are (name, unit, least, most), `service`
    asks for hours, `picture` names a drawing of `pictures`, `subject` is the API's code.
    """

    kind: str
    titles: tuple[str, str]
    body: str
    yuan: tuple[int, int] = (0, 0)
    items: tuple[tuple[str, str, int, int], ...] = ()
    service: bool = False
    picture: str = "hills"
    subject: str = "household"

    @property
    def forms(self) -> tuple[str, ...]:
        asked = {"money": self.yuan[1] > 0, "goods": bool(self.items), "service": self.service}
        return tuple(form for form, wanted in asked.items() if wanted)


def case(kind: str, titles: tuple[str, str], body: str, **wanted: object) -> Case:
    return Case(kind, titles, body, **wanted)  # type: ignore[arg-type]


PLACE = (
    case(
        "education",
        ("村小图书角缺新书", "给村小添一批课外书"),
        "村小现有{n}十多名学生，图书角的书大多是十年前的。老师列了一张适合一到六年级的书目，希望添一批科普、童话和历史读物，供全校轮流借阅。",
        items=(("课外书", "本", 100, 300), ("书架", "个", 2, 4)),
        picture="book",
        subject="village",
    ),
    case(
        "volunteer",
        ("村里义诊，盼医生朋友来一天", "重阳节义诊缺人手"),
        "村里六十岁以上的老人有{n}十多位，不少人有高血压和关节痛。想请医生、护士来做一天义诊，测血压血糖、讲讲用药，场地和午饭村里准备。",
        service=True,
        picture="road",
        subject="village",
    ),
    case(
        "care",
        ("村里日间照料点缺桌椅", "老人活动室的桌椅和暖炉"),
        "村里腾出两间旧教室做日间照料点，平时有二十来位老人来吃午饭、下棋。现在桌椅高低不一，冬天也冷，想添些稳当的桌椅和取暖设备。",
        items=(("餐桌", "张", 4, 8), ("靠背椅", "把", 20, 40), ("取暖器", "台", 2, 6)),
        picture="desk",
        subject="village",
    ),
    case(
        "industry",
        ("合作社冷库还差一笔钱", "{crop}合作社扩建冷库"),
        "合作社有{n}十多户社员，种{crop}两百多亩。采收期集中，没有冷库只能当天卖掉，价钱上不去。冷库主体已经建好，还差压缩机的尾款。",
        yuan=(12000, 30000),
        picture="orchard",
        subject="cooperative",
    ),
    case(
        "produce",
        ("合作社{crop}求长期订单", "{crop}集中上市，盼单位食堂认购"),
        "合作社今年{crop}集中上市，有检测报告，可以分拣装箱。希望单位食堂、社区团购按月认购，也欢迎提包装和运输上的建议。",
        yuan=(8000, 20000),
        picture="orchard",
        subject="cooperative",
    ),
    case(
        "medical",
        ("县里大病救助，帮困难家庭垫付药费", "大病家庭自费药救助"),
        "今年全县有一批家庭在医保和救助之后，自费部分仍然偏重。慈善会按村里公示的名单发放，每户最多三千元，名单和发放结果都会公开。",
        yuan=(20000, 60000),
        picture="hills",
        subject="county",
    ),
    case(
        "education",
        ("全县{grade}住校生的冬季校服", "给住校学生添一套冬装"),
        "各乡镇学校统计，住校生里还有一批孩子没有厚校服。尺码已经登记，由学校统一领取、当面发放，发放照片只拍物品不拍人。",
        items=(("冬季校服", "套", 100, 300),),
        picture="quilt",
        subject="county",
    ),
)
