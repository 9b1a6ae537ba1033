"""What each kind may say, as stored; texts that the public must not read hold the canary."""

from needs.kinds import FEN, FIELDS
from needs.models import Need

CANARY = "只给经办人"
DETAILS = {
    "medical": {"category": "chronic", "place": "city", "insured": "partly"},
    "education": {"stage": "junior", "enrolled": "enrolled", "boarding": "boarding", "received": CANARY},
    "housing": {"grade": "C", "works": ["roof", "windows"], "subsidy": CANARY},
    "care": {
        "whom": "left_behind_child",
        "age": "under_12",
        "company": ["letters", "call"],
        "rhythm": "weekly",
        "guardian": "present",
    },
    "sponsorship": {
        "stage": "junior",
        "months": 12,
        "rhythm": "month",
        "instalment": 100_00,
        "raised_by": "grandparents",
    },
    "produce": {
        "variety": "黄花菜",
        "quantity": 500,
        "unit": "斤",
        "price": 18_50,
        "season": ["7", "8"],
        "cycle": 12,
        "spec": "干货一级",
        "packing": "5 斤纸箱",
        "brand": "绿色食品",
        "supplier": "household",
        "floor": 15_37,
    },
    "industry": {"project": "breeding", "scale": "母猪 5 头", "return_months": 8, "loan": CANARY},
    "employment": {
        "wanted": "家政",
        "skills": "做饭、照料老人",
        "place": "county",
        "ready": "now",
        "training": "养老护理",
        "limits": CANARY,
    },
    "disability": {
        "works": ["ramp"],
        "aids": ["wheelchair"],
        "services": ["company"],
        "place": "yard",
        "card": "second",
    },
    "volunteer": {"people": 3, "days": 2, "when": "十月上旬"},
    "other": {},
}
# Words of the page that only the office may read, by kind.
HIDDEN = {
    "medical": "部分已报销",
    "education": CANARY,
    "housing": CANARY,
    "care": "要求在场",
    "sponsorship": "祖辈",
    "produce": "15.37",
    "industry": CANARY,
    "employment": CANARY,
    "disability": "二级",
}
COOPERATIVE = {"name": "洪桥黄花菜合作社", "contact_role": "理事长", "licence": "93430426MA0000001X"}


def target(kind: str) -> int:
    """Fen that a money need of this kind asks for here."""
    return 1_200_00


def posted(kind: str) -> dict[str, object]:
    """The same details as the sheet's inputs send them."""
    fen = {field.key for field in FIELDS[kind] if field.type == FEN}
    return {
        f"detail-{kind}-{key}": f"{value / 100:.2f}" if key in fen else value
        for key, value in DETAILS[kind].items()
    }


def stored(need: Need) -> dict[str, object]:
    return dict(Need.objects.values_list("details", flat=True).get(pk=need.pk))
