"""The people of a household: recorded by officers who collect there, with a guardian for every minor."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from stdnum.cn import ric

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import today
from fupin.lib.crypto import blind_index
from fupin.lib.errors import Conflict, InvalidInput
from needs.household_enums import Disability, Health, Leaving, Relation, Sex
from needs.models import Household, HouseholdMember
from needs.services.household_flags import refresh

MOST = 30
# The resident ID, then the kind, the grade, and B with a number once it was replaced.
_CERTIFICATE = re.compile(r"[0-9]{17}[0-9X]([1-7])([1-4])(?:B[0-9])?")


@dataclass(frozen=True, slots=True)
class MemberInput:
    """One person as typed. An empty number keeps what is recorded; birth year and sex may come from the ID."""

    name: str
    relation: str
    labour: str
    sex: str = ""
    birth_year: int | None = None
    id_number: str = ""
    guardian: str = ""
    stage: str = ""
    health: str = Health.HEALTHY
    illness: str = ""
    left_behind: bool = False
    disability: str = ""
    grade: int | None = None
    certificate: str = ""
    needs: Sequence[str] = field(default_factory=tuple)


def add(*, actor: User, household: Household, content: MemberInput) -> HouseholdMember:
    """Put a person on the list; a longer list than the family's size raises the size.

    Raises NotAllowed outside one's range, Conflict over 30 people, InvalidInput for what contradicts itself.
    """
    with transaction.atomic():
        household = _locked(household, actor)
        if household.people.count() >= MOST:
            raise Conflict(f"一户最多登记 {MOST} 人。")
        member = HouseholdMember(household=household, recorded_by=actor)
        _write(member, content)
        _keep_size(household)
        refresh([household.pk])
        _record(actor, "household.member.add", household, member)
    return member


def edit(*, actor: User, member: HouseholdMember, content: MemberInput) -> HouseholdMember:
    """Correct a person. Raises what `add` raises, and Conflict when somebody took the person off meanwhile."""
    with transaction.atomic():
        household = _locked(member.household, actor)
        member = _again(household, member)
        _write(member, content)
        _keep_size(household)
        refresh([household.pk])
        _record(actor, "household.member.edit", household, member)
    return member


def remove(*, actor: User, member: HouseholdMember, why: str) -> None:
    """Take a person off the list; who moved or died makes the family smaller. Raises InvalidInput without `why`."""
    if why not in Leaving.values:
        raise InvalidInput(fields={"why": ["请选择移出的原因。"]})
    with transaction.atomic():
        household = _locked(member.household, actor)
        member = _again(household, member)
        if member.relation == Relation.HEAD and why != Leaving.MISTAKE:
            raise Conflict("户主变更或销户，请在这户的页面提交动态报告。")
        _record(actor, "household.member.remove", household, member, reason=why)
        member.delete()
        if why != Leaving.MISTAKE and household.members > 1:
            household.members -= 1
            household.save(update_fields=["members"])
        _keep_size(household)
        refresh([household.pk])


def listed(household: Household) -> int:
    """How many people are known by name: those on the list, and the head."""
    people = household.people
    return people.exclude(relation=Relation.HEAD).count() + 1


def _locked(household: Household, actor: User) -> Household:
    household = Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)
    ensure(actor, Verb.COLLECT, household.region_id)
    return household


def _again(household: Household, member: HouseholdMember) -> HouseholdMember:
    known = household.people.filter(pk=member.pk).first()
    if known is None:
        raise Conflict("这个人已经被移出，请刷新页面。")
    return known


def _keep_size(household: Household) -> None:
    count = listed(household)
    if household.members < count:
        household.members = count
        household.save(update_fields=["members"])


def _record(
    actor: User, action: str, household: Household, member: HouseholdMember, reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=household,
        region_code=household.region_id,
        changes={"member": member.pk, "relation": member.relation},
        reason=reason,
    )


def _write(member: HouseholdMember, content: MemberInput) -> None:
    """Check the person as a whole, then save."""
    for name in ("relation", "labour", "guardian", "stage", "health", "left_behind", "disability", "grade"):
        setattr(member, name, getattr(content, name))
    member.name = member.household.name if content.relation == Relation.HEAD else content.name
    born = _birth(content.id_number)
    member.birth_year = content.birth_year or (born.year if born else member.birth_year) or 0
    member.sex = content.sex or _sex(content.id_number) or member.sex
    if content.id_number:
        member.id_number, member.id_index = content.id_number, blind_index(content.id_number, kind="id")
    member.illness = (content.illness or member.illness) if content.health != Health.HEALTHY else None
    member.certificate = (content.certificate or member.certificate) if content.disability else None
    member.needs = list(content.needs) if content.disability else []
    errors = {
        **_person_errors(member, born),
        **_disability_errors(content),
        **_relation_errors(member, content),
    }
    if errors:
        raise InvalidInput(fields=errors)
    member.save()


def _birth(id_number: str) -> date | None:
    return ric.get_birth_date(id_number) if id_number else None


def _sex(id_number: str) -> str:
    """The 17th digit of the ID (GB 11643): odd for men."""
    return "" if not id_number else Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE


def _person_errors(member: HouseholdMember, born: date | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not 1900 <= member.birth_year <= today().year:
        errors["birth_year"] = ["请填写出生年份；填了身份证号可以不填。"]
    elif born and born.year != member.birth_year:
        errors["birth_year"] = ["出生年份和身份证号对不上，请核对。"]
    if not member.sex:
        errors["sex"] = ["请选择性别；填了身份证号可以不填。"]
    if not errors and member.is_minor and not member.guardian:
        errors["guardian"] = ["未成年人请填写监护人。"]
    return errors


def _disability_errors(content: MemberInput) -> dict[str, list[str]]:
    if bool(content.disability) != bool(content.grade):
        return {"grade": ["残疾类别和等级要一起填写。"]}
    if not content.disability:
        wanted = content.certificate or content.needs
        return {"disability": ["填写了残疾人证号或需要，请选择残疾类别和等级。"]} if wanted else {}
    if not content.certificate:
        return {}
    found = _CERTIFICATE.fullmatch(content.certificate)
    if not found:
        return {"certificate": ["残疾人证号是身份证号加 2 位数字，共 20 位；补发的再加 B 和 1 位数字。"]}
    kind = Disability.values.index(content.disability) + 1
    if (int(found[1]), int(found[2])) != (kind, content.grade):
        return {"certificate": ["残疾人证号第 19、20 位和所选的类别、等级对不上，请核对。"]}
    return {}


def _relation_errors(member: HouseholdMember, content: MemberInput) -> dict[str, list[str]]:
    others = member.household.people.exclude(pk=member.pk)
    if content.relation == Relation.HEAD:
        if content.id_number:
            return {"id_number": ["户主的身份证号登记在家庭信息里，这里请留空。"]}
        member.id_number = member.id_index = None
        if others.filter(relation=Relation.HEAD).exists():
            return {"relation": ["这户已经有户主，请选择其他关系。"]}
        return {}
    same = member.id_index and (
        member.household.id_index == member.id_index or others.filter(id_index=member.id_index).exists()
    )
    return {"id_number": ["这个身份证号已经登记在这户另一个人名下。"]} if same else {}
