from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fupin.lib.clock import now, today
from fupin.lib.model_fields import SecretField
from needs.household_enums import Disability, DisabilityNeed, Grade, Health, Labour, Relation, Sex, Stage
from needs.models.household import Household

ADULT, ELDER = 18, 60


class HouseholdMember(models.Model):
    """One person of a household, for the office's pages alone: nothing about members is public.

    The head's own ID number stands on the household.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="people")
    name = models.CharField("姓名", max_length=30)
    relation = models.CharField("与户主关系", max_length=12, choices=Relation.choices)
    sex = models.CharField("性别", max_length=6, choices=Sex.choices)
    birth_year = models.PositiveSmallIntegerField("出生年份")
    id_number = SecretField("身份证号", kind="id", null=True)
    id_index = models.CharField(max_length=64, null=True, db_index=True)
    guardian = models.CharField("监护人", max_length=30, blank=True, help_text="of a minor")
    stage = models.CharField("在校情况", max_length=10, choices=Stage.choices, blank=True)
    health = models.CharField("健康状况", max_length=8, choices=Health.choices, default=Health.HEALTHY)
    illness = SecretField("病情", kind="text", null=True)
    labour = models.CharField("劳动能力", max_length=8, choices=Labour.choices)
    left_behind = models.BooleanField("家人长期在外，留守在家", default=False)
    disability = models.CharField("残疾类别", max_length=10, choices=Disability.choices, blank=True)
    grade = models.PositiveSmallIntegerField("残疾等级", choices=Grade.choices, null=True, blank=True)
    certificate = SecretField("残疾人证号", kind="id", null=True)
    needs = ArrayField(
        models.CharField(max_length=8, choices=DisabilityNeed.choices), default=list, blank=True
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(relation=Relation.HEAD), name="member_one_head"
            ),
            models.CheckConstraint(
                condition=~Q(relation=Relation.HEAD) | Q(id_number__isnull=True, id_index=None),
                name="member_head_id_on_household",
            ),
            models.CheckConstraint(
                condition=Q(birth_year__gte=1900, birth_year__lte=2100), name="member_birth_year"
            ),
            models.CheckConstraint(
                condition=Q(disability="", grade=None) | ~Q(disability="") & Q(grade__gte=1, grade__lte=4),
                name="member_disability_graded",
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def age(self) -> int:
        """Years reached or to be reached this year."""
        return max(today().year - self.birth_year, 0)

    @property
    def is_minor(self) -> bool:
        """Under 18 on any day of this year: in doubt a minor."""
        return self.age <= ADULT

    @property
    def left_behind_words(self) -> str:
        """三留守: children, women or elders whose family works elsewhere (REQUIREMENTS 126); else ""."""
        if not self.left_behind:
            return ""
        elder = "留守老人" if self.age >= ELDER else "留守人员"
        return (
            "留守儿童"
            if self.is_minor
            else "留守妇女"
            if elder != "留守老人" and self.sex == Sex.FEMALE
            else elder
        )
