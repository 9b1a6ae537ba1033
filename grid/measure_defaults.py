"""政策措施清单 as every county starts with it: what answers which risk, and whose work it is (宿州规范第十七条)."""

from dataclasses import dataclass

from grid.clue_enums import MeasureKind, Problem
from grid.models.warning import Department


@dataclass(frozen=True, slots=True)
class Values:
    """What the list says about a measure; `department` empty: village and township do it themselves."""

    name: str
    department: str = ""
    problems: tuple[str, ...] = ()
    basis: str = ""
    active: bool = True


def _values(kind: MeasureKind, department: str, *problems: str) -> Values:
    return Values(kind.label, department, problems)


_K, _P, _D = MeasureKind, Problem, Department
DEFAULTS: dict[str, Values] = {
    _K.ALLOWANCE: _values(_K.ALLOWANCE, _D.CIVIL, _P.INCOME, _P.DISASTER, _P.OTHER),
    _K.INSURANCE: _values(_K.INSURANCE, _D.INSURANCE, _P.MEDICAL),
    _K.SCHOOL: _values(_K.SCHOOL, _D.EDUCATION, _P.EDUCATION),
    _K.HOUSE: _values(_K.HOUSE, _D.HOUSING, _P.HOUSING, _P.DISASTER),
    _K.WATER: _values(_K.WATER, _D.WATER, _P.WATER),
    _K.JOB: _values(_K.JOB, _D.LABOUR, _P.INCOME),
    _K.TRAINING: _values(_K.TRAINING, _D.LABOUR, _P.INCOME),
    _K.FARMING: _values(_K.FARMING, _D.FARMING, _P.INCOME, _P.DISASTER),
    _K.DISABLED: _values(_K.DISABLED, _D.DISABLED, _P.MEDICAL, _P.OTHER),
    _K.SOCIETY: _values(_K.SOCIETY, "", _P.INCOME, _P.MEDICAL, _P.EDUCATION, _P.DISASTER),
    _K.CARE: _values(_K.CARE, "", _P.OTHER),
}
