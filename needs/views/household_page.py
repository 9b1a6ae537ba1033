"""What the office's page of a household shows of it: facts, people, and the secrets that can be opened."""

from typing import Any

from django.db import models

from fupin.lib.clock import day_of
from needs.enums import Focus
from needs.household_enums import DisabilityNeed
from needs.models import Household, HouseholdMember
from needs.services.household_records import risk_words

SECRETS = (
    ("phone", "联系电话"),
    ("id_number", "身份证号"),
    ("address", "详细住址"),
    ("situation", "家庭情况"),
    ("bank_account", "银行账号"),
)
MEMBER_SECRETS = (("id_number", "身份证号"), ("illness", "病情"), ("certificate", "残疾人证号"))
Recorded = dict[str, tuple[str, models.Model, str]]
"""By the choice's key: label, the row, its field."""


def facts(household: Household) -> list[dict[str, Any]]:
    """Who they are, one line a fact; what is encrypted shows its mask."""
    focus = [Focus(code).label for code in household.focus]
    words = [
        ("人口", f"{household.members} 人"),
        ("困难原因", household.get_cause_display()),
        ("重点情况", "、".join(focus) or "没有"),
        ("监测情况", risk_words(household)),
        *((label, getattr(household, name) or "没有登记") for name, label in SECRETS),
    ]
    if household.bank_account:
        words[-1] = ("银行账号", f"{household.bank_holder} {household.bank_account.masked}")
    words.append(("账号", "已开通，本户自己登录" if household.account_id else "没有，由村里代办"))
    signed = f"{household.registered_by.get_full_name()}，{day_of(household.created_at):%Y-%m-%d}"
    return [{"term": term, "value": value} for term, value in [*words, ("登记人", signed)]]


def people(household: Household) -> list[dict[str, Any]]:
    """The people on the list, the head first."""
    rows = sorted(household.people.order_by("id"), key=lambda row: row.relation != "head")
    return [{"member": row, "words": _about(row)} for row in rows]


def secrets(household: Household) -> Recorded:
    """Everything encrypted that is recorded about the household and its people."""
    found: Recorded = {name: (label, household, name) for name, label in SECRETS if getattr(household, name)}
    for member in household.people.order_by("id"):
        for name, label in MEMBER_SECRETS:
            if getattr(member, name):
                found[f"{member.pk}-{name}"] = (f"{member.name}的{label}", member, name)
    return found


def _about(member: HouseholdMember) -> list[str]:
    """A person in short words."""
    words = [member.get_sex_display(), f"{member.birth_year} 年生"]
    if member.guardian:
        words.append(f"监护人 {member.guardian}")
    words += [member.get_stage_display()] if member.stage else []
    words += [member.get_health_display(), member.get_labour_display()]
    words += [member.left_behind_words] if member.left_behind else []
    if member.disability:
        words.append(f"{member.get_disability_display()}{member.get_grade_display()}")
        words += [need for code, need in DisabilityNeed.choices if code in member.needs]
    return words
