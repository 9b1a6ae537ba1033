import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import fupin.lib.clock
import fupin.lib.model_fields
import needs.models.household_import
import needs.models.paper
import needs.models.photo
from fupin.lib.append_only import append_only


class Migration(migrations.Migration):
    initial = True
    # Databases of before the chain was made one; to be dropped with the first release.
    replaces = [
        ("needs", "0001_initial"),
        ("needs", "0002_append_only"),
        ("needs", "0003_one_clock"),
        ("needs", "0004_household_import"),
        ("needs", "0005_taken_down"),
        ("needs", "0006_kinds"),
        ("needs", "0007_household_members"),
        ("needs", "0008_keepers"),
        ("needs", "0009_consent_withdrawal"),
        ("needs", "0010_queues"),
        ("needs", "0011_household_dynamics"),
        ("needs", "0012_campaigns"),
        ("needs", "0013_catalogue_and_paper"),
        ("needs", "0014_sources"),
        ("needs", "0015_figures"),
        ("needs", "0016_handed_in"),
        ("needs", "0017_helpers"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("intro", models.CharField(blank=True, max_length=500)),
                ("release_at", models.DateTimeField(help_text="its needs are public from then on")),
                (
                    "closes_at",
                    models.DateTimeField(
                        help_text="when its page says that it is over; needs stay open", null=True
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "-id"], name="campaign_region")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at__isnull", True),
                            ("closes_at__gt", models.F("release_at")),
                            _connector="OR",
                        ),
                        name="campaign_closes_after_release",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CatalogueItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "goods",
                    models.CharField(
                        choices=[
                            ("food", "粮油食品"),
                            ("bedding", "床上用品"),
                            ("clothes", "衣物鞋帽"),
                            ("school", "学习用品"),
                            ("furniture", "家具"),
                            ("appliance", "家用电器"),
                            ("kitchen", "厨房用具"),
                            ("care", "洗护用品"),
                            ("medical", "医护辅具"),
                            ("farm", "种养用品"),
                            ("tools", "工具和修缮材料"),
                        ],
                        max_length=12,
                        verbose_name="分类",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("unit", models.CharField(max_length=8, verbose_name="单位")),
                (
                    "price_fen",
                    fupin.lib.model_fields.FenField(help_text="of one unit", verbose_name="参考价"),
                ),
                (
                    "yearly_cap",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="whole units",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="每户一年上限",
                    ),
                ),
                ("valid_from", models.DateField(default=fupin.lib.clock.today, verbose_name="核价日期")),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["county", "goods", "id"], name="catalogue_county")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county", "name"), name="catalogue_once_a_county", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_fen__gte", 1)), name="catalogue_has_price"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cooperative",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "contact_role",
                    models.CharField(
                        help_text="a role, never a person's name", max_length=20, verbose_name="联系人职务"
                    ),
                ),
                ("licence", models.CharField(max_length=20, unique=True, verbose_name="营业执照号")),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the village",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="households",
                        to="accounts.region",
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="household",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="户主姓名")),
                (
                    "phone",
                    fupin.lib.model_fields.SecretField(kind="phone", null=True, verbose_name="联系电话"),
                ),
                ("phone_index", models.CharField(db_index=True, max_length=64, null=True)),
                (
                    "id_number",
                    fupin.lib.model_fields.SecretField(kind="id", null=True, verbose_name="身份证号"),
                ),
                ("id_index", models.CharField(max_length=64, null=True, unique=True)),
                (
                    "address",
                    fupin.lib.model_fields.SecretField(kind="text", null=True, verbose_name="详细住址"),
                ),
                (
                    "members",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="家庭人口",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("illness", "因病"),
                            ("disability", "因残"),
                            ("schooling", "因学"),
                            ("disaster", "因灾"),
                            ("accident", "因意外事故"),
                            ("no_labour", "缺劳动力"),
                            ("no_skill", "缺技术"),
                            ("no_money", "缺资金"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="主要致贫原因",
                    ),
                ),
                (
                    "focus",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("registered", "未脱贫建档立卡户"),
                                ("marginal", "边缘户、监测户"),
                                ("illness", "大病慢病家庭"),
                                ("exam", "当年高考家庭"),
                                ("no_growth", "收入无增长"),
                                ("unstable", "打零工、收入不稳"),
                                ("unsafe_home", "住危房"),
                                ("disaster", "受灾或遭意外"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "situation",
                    fupin.lib.model_fields.SecretField(
                        help_text="officers only: illness and the like",
                        kind="text",
                        null=True,
                        verbose_name="家庭情况",
                    ),
                ),
                (
                    "bank_account",
                    fupin.lib.model_fields.SecretField(kind="bank", null=True, verbose_name="银行账号"),
                ),
                ("bank_index", models.CharField(db_index=True, max_length=64, null=True)),
                ("bank_holder", models.CharField(blank=True, max_length=30, verbose_name="户名")),
                (
                    "monitored",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unstable", "脱贫不稳定户"),
                            ("marginal", "边缘易致贫户"),
                            ("sudden", "突发严重困难户"),
                        ],
                        max_length=10,
                        verbose_name="监测对象类别",
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        blank=True,
                        choices=[("open", "风险未消除"), ("cleared", "风险已消除")],
                        max_length=8,
                        verbose_name="风险状态",
                    ),
                ),
                ("risk_since", models.DateField(blank=True, null=True, verbose_name="起始日期")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="销户时间")),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["region", "id"], name="household_region"),
                    models.Index(
                        condition=models.Q(("monitored", ""), _negated=True),
                        fields=["region", "risk", "id"],
                        name="household_monitored",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("members__gte", 1)), name="household_has_members"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("monitored", ""), ("risk", ""), ("risk_since", None)),
                            models.Q(
                                models.Q(("monitored", ""), _negated=True),
                                models.Q(("risk", ""), _negated=True),
                                ("risk_since__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="household_risk_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needs",
                        to="accounts.region",
                    ),
                ),
                (
                    "province",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("region"), "/", models.Value(10000000000)
                            ),
                            models.IntegerField(),
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                (
                    "city",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("region"), "/", models.Value(100000000)
                            ),
                            models.IntegerField(),
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                (
                    "county",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("region"), "/", models.Value(1000000)
                            ),
                            models.IntegerField(),
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needs",
                        to="needs.household",
                    ),
                ),
                (
                    "cooperative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needs",
                        to="needs.cooperative",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("household", "家庭"),
                            ("village", "村"),
                            ("county", "县"),
                            ("cooperative", "合作社"),
                        ],
                        default="household",
                        max_length=12,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("medical", "医疗"),
                            ("education", "教育"),
                            ("housing", "住房"),
                            ("care", "关爱陪伴"),
                            ("sponsorship", "一对一救助"),
                            ("produce", "农产品销售"),
                            ("industry", "产业发展"),
                            ("employment", "就业"),
                            ("disability", "助残"),
                            ("volunteer", "志愿服务"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "forms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("money", "资金"), ("goods", "物资"), ("service", "服务")], max_length=8
                        ),
                        size=None,
                    ),
                ),
                ("title", models.CharField(max_length=40)),
                ("story", models.TextField(max_length=2000)),
                (
                    "details",
                    models.JSONField(
                        blank=True, default=dict, help_text="by key, as needs/kinds.py asks of the kind"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待村级核实"),
                            ("verified", "待乡镇检查"),
                            ("checked", "待县级发布"),
                            ("published", "正在求助"),
                            ("matched", "已认领，等待送达"),
                            ("fulfilled", "已圆满"),
                            ("returned", "已退回补充"),
                            ("withdrawn", "已撤回"),
                            ("expired", "已到期"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "is_listed",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(models.When(status="published", then=True), default=False),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("over_price", "单价明显高于参考价"),
                                ("over_count", "该户一年内要的数量超过上限"),
                                ("over_cap", "该户一年内求助总额超过上限"),
                                ("brand", "写了品牌或高档用品"),
                                ("repeat", "90 天内有同类求助"),
                                ("vague", "写得太笼统"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "on_behalf",
                    models.BooleanField(
                        default=False, help_text="an officer writes for the household (代发)"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        help_text="the officer to whom the writing was handed over; empty: who wrote it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "submitted_at",
                    models.DateTimeField(help_text="first submission; a resubmission keeps it", null=True),
                ),
                (
                    "origin_region",
                    models.BigIntegerField(
                        help_text="code of the village where it was handed in, once it was moved to another",
                        null=True,
                    ),
                ),
                (
                    "publish_at",
                    models.DateTimeField(help_text="approved, but not public before this moment", null=True),
                ),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        help_text="published together with others",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needs",
                        to="needs.campaign",
                    ),
                ),
                (
                    "waiting_since",
                    models.DateTimeField(help_text="since when it waits for its present gate", null=True),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "taken_down_at",
                    models.DateTimeField(
                        help_text="since when it is off the public pages although help was promised; null again once public",
                        null=True,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        models.F("province"),
                        models.F("kind"),
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="need_province_listed",
                    ),
                    models.Index(
                        models.F("city"),
                        models.F("kind"),
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="need_city_listed",
                    ),
                    models.Index(
                        models.F("county"),
                        models.F("kind"),
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="need_county_listed",
                    ),
                    models.Index(
                        models.F("kind"),
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="need_kind_listed",
                    ),
                    models.Index(
                        models.F("region"),
                        models.OrderBy(models.F("published_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("is_listed", True)),
                        name="need_region_listed",
                    ),
                    models.Index(fields=["region", "status"], name="need_region_status"),
                    models.Index(
                        condition=models.Q(("status__in", ("matched", "fulfilled"))),
                        fields=["-published_at", "-id"],
                        name="need_done",
                    ),
                    models.Index(fields=["household", "kind"], name="need_household_kind"),
                    models.Index(
                        condition=models.Q(("submitted_at__isnull", False)),
                        fields=["county", "submitted_at"],
                        name="need_handed_in",
                    ),
                    models.Index(
                        condition=models.Q(("waiting_since__isnull", False)),
                        fields=["county", "status", "waiting_since", "id"],
                        name="need_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("taken_down_at__isnull", False)),
                        fields=["taken_down_at"],
                        name="need_taken_down",
                    ),
                    models.Index(
                        condition=models.Q(("status", "checked")),
                        fields=["publish_at"],
                        name="need_publish_due",
                    ),
                    models.Index(
                        condition=models.Q(("published_at__isnull", False)),
                        fields=["county", "published_at"],
                        name="need_county_month",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", False),
                                ("status__in", ("published", "matched", "fulfilled")),
                            ),
                            models.Q(("status__in", ("published", "matched", "fulfilled")), _negated=True),
                            _connector="OR",
                        ),
                        name="need_public_has_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject", "household"), _negated=True),
                            ("household__isnull", False),
                            _connector="OR",
                        ),
                        name="need_household_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="needs.household",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("register", "登记家庭信息"), ("publish", "公开求助信息")], max_length=10
                    ),
                ),
                ("text_version", models.CharField(max_length=20)),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("own_account", "本人在线确认"),
                            ("signed_paper", "纸质签字"),
                            ("fingerprint", "纸质按手印"),
                            ("recorded_call", "电话录音"),
                        ],
                        max_length=16,
                    ),
                ),
                ("given_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdraw_evidence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("own_account", "本人在线确认"),
                            ("signed_paper", "纸质签字"),
                            ("fingerprint", "纸质按手印"),
                            ("recorded_call", "电话录音"),
                        ],
                        max_length=16,
                    ),
                ),
                ("withdraw_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("household", "kind"),
                        name="consent_once_in_force",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the village",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="户主姓名")),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="needs.household",
                    ),
                ),
                (
                    "claimant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "等乡镇核对"), ("accepted", "已开通"), ("refused", "未同意")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "state", "id"], name="household_claim_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("claimant",),
                        name="household_claim_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shared_flags",
                        to="needs.household",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="needs.household"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("person", "同一个人在两户"),
                            ("phone", "同一个手机号在两户"),
                            ("bank", "同一个银行账号在两户"),
                        ],
                        max_length=8,
                    ),
                ),
                ("sharing", models.PositiveIntegerField(default=1, help_text="how many other households")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "等县里核对"),
                            ("correct", "要更正"),
                            ("legitimate", "情况正常"),
                            ("gone", "已更正"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("found_at", models.DateTimeField(default=fupin.lib.clock.now)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["state", "id"], name="household_flag_queue")],
                "constraints": [
                    models.UniqueConstraint(fields=("household", "kind"), name="household_flag_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdHelper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="helpers",
                        to="needs.household",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="helping",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="姓名")),
                ("unit", models.CharField(blank=True, max_length=60, verbose_name="单位")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("secretary", "驻村第一书记"),
                            ("team", "驻村工作队"),
                            ("unit", "帮扶单位"),
                            ("responsible", "帮扶责任人"),
                            ("technician", "农技员"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "work",
                    models.CharField(
                        choices=[("person", "结对帮扶到户"), ("project", "带动产业项目")], max_length=8
                    ),
                ),
                ("since", models.DateField(default=fupin.lib.clock.today)),
                ("until", models.DateField(null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=200)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="helper_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("household", "name", "unit", "work"),
                        name="helper_living_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        help_text="to whom it was handed over; empty: who uploaded it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("file_name", models.CharField(max_length=120)),
                (
                    "rows_file",
                    models.FileField(
                        blank=True,
                        help_text="the sheet as CSV",
                        upload_to=needs.models.household_import.import_path,
                    ),
                ),
                (
                    "error_file",
                    models.FileField(
                        blank=True,
                        help_text="refused rows with reasons",
                        upload_to=needs.models.household_import.import_path,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "已上传"),
                            ("previewed", "已核对列名"),
                            ("running", "正在导入"),
                            ("done", "已完成"),
                            ("cancelled", "已取消"),
                            ("failed", "没有完成"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                (
                    "header_line",
                    models.PositiveIntegerField(default=0, help_text="index of the header in the sheet"),
                ),
                ("headings", models.JSONField(default=list, help_text="of all columns, for people")),
                ("mapping", models.JSONField(default=dict, help_text="column number from 0, by key")),
                (
                    "problem",
                    models.CharField(blank=True, help_text="why it failed, in plain words", max_length=200),
                ),
                ("total_rows", models.PositiveIntegerField(default=0)),
                ("done_rows", models.PositiveIntegerField(default=0)),
                ("created_rows", models.PositiveIntegerField(default=0)),
                ("updated_rows", models.PositiveIntegerField(default=0)),
                ("unchanged_rows", models.PositiveIntegerField(default=0)),
                ("refused_rows", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("progress_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["county", "-id"], name="household_import_county"),
                    models.Index(fields=["actor", "-id"], name="household_import_actor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="needs.household",
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="姓名")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("head", "户主"),
                            ("spouse", "配偶"),
                            ("child", "子女"),
                            ("in_law", "儿媳、女婿"),
                            ("grandchild", "孙子女、外孙子女"),
                            ("parent", "父母、岳父母、公婆"),
                            ("grandparent", "祖父母、外祖父母"),
                            ("sibling", "兄弟姐妹"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="与户主关系",
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        choices=[("male", "男"), ("female", "女")], max_length=6, verbose_name="性别"
                    ),
                ),
                ("birth_year", models.PositiveSmallIntegerField(verbose_name="出生年份")),
                (
                    "id_number",
                    fupin.lib.model_fields.SecretField(kind="id", null=True, verbose_name="身份证号"),
                ),
                ("id_index", models.CharField(db_index=True, max_length=64, null=True)),
                (
                    "guardian",
                    models.CharField(
                        blank=True, help_text="of a minor", max_length=30, verbose_name="监护人"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("preschool", "学前"),
                            ("primary", "小学"),
                            ("junior", "初中"),
                            ("senior", "高中"),
                            ("vocational", "中职、技校"),
                            ("college", "大专、本科及以上"),
                        ],
                        max_length=10,
                        verbose_name="在校情况",
                    ),
                ),
                (
                    "health",
                    models.CharField(
                        choices=[("healthy", "健康"), ("chronic", "长期慢性病"), ("serious", "患有大病")],
                        default="healthy",
                        max_length=8,
                        verbose_name="健康状况",
                    ),
                ),
                ("illness", fupin.lib.model_fields.SecretField(kind="text", null=True, verbose_name="病情")),
                (
                    "labour",
                    models.CharField(
                        choices=[
                            ("skilled", "技能劳动力"),
                            ("ordinary", "普通劳动力"),
                            ("weak", "弱劳动力或半劳动力"),
                            ("none", "无劳动力"),
                        ],
                        max_length=8,
                        verbose_name="劳动能力",
                    ),
                ),
                ("left_behind", models.BooleanField(default=False, verbose_name="家人长期在外，留守在家")),
                (
                    "disability",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sight", "视力残疾"),
                            ("hearing", "听力残疾"),
                            ("speech", "言语残疾"),
                            ("physical", "肢体残疾"),
                            ("intellect", "智力残疾"),
                            ("mental", "精神残疾"),
                            ("multiple", "多重残疾"),
                        ],
                        max_length=10,
                        verbose_name="残疾类别",
                    ),
                ),
                (
                    "grade",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "一级"), (2, "二级"), (3, "三级"), (4, "四级")],
                        null=True,
                        verbose_name="残疾等级",
                    ),
                ),
                (
                    "certificate",
                    fupin.lib.model_fields.SecretField(kind="id", null=True, verbose_name="残疾人证号"),
                ),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("access", "家庭无障碍改造"),
                                ("device", "辅助器具"),
                                ("rehab", "康复训练和用品"),
                                ("training", "就业培训"),
                                ("handwork", "手工活、居家就业"),
                                ("care", "托养照护"),
                                ("mind", "心理支持"),
                            ],
                            max_length=8,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("relation", "head")),
                        fields=("household",),
                        name="member_one_head",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("relation", "head"), _negated=True),
                            models.Q(("id_index", None), ("id_number__isnull", True)),
                            _connector="OR",
                        ),
                        name="member_head_id_on_household",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("birth_year__gte", 1900), ("birth_year__lte", 2100)),
                        name="member_birth_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disability", ""), ("grade", None)),
                            models.Q(
                                models.Q(("disability", ""), _negated=True),
                                ("grade__gte", 1),
                                ("grade__lte", 4),
                            ),
                            _connector="OR",
                        ),
                        name="member_disability_graded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the village",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="needs.household",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("add", "新增"),
                            ("correct", "信息更正"),
                            ("close", "销户（退出）"),
                            ("false", "卡内有假（不符合条件）"),
                            ("missed", "卡外有贫（应进未进）"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("changes", fupin.lib.model_fields.SecretField(kind="text", null=True)),
                (
                    "evidence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("own_account", "本人在线确认"),
                            ("signed_paper", "纸质签字"),
                            ("fingerprint", "纸质按手印"),
                            ("recorded_call", "电话录音"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "等乡镇决定"),
                            ("accepted", "已同意"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["region", "state", "id"], name="household_report_queue"),
                    models.Index(fields=["household", "-id"], name="household_report_history"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="household_report_decided",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedProgress",
            fields=[
                (
                    "need",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="progress",
                        serialize=False,
                        to="needs.need",
                    ),
                ),
                ("is_open", models.BooleanField(default=False, help_text="pledges are accepted")),
                ("target_fen", fupin.lib.model_fields.FenField(default=0)),
                ("pledged_fen", fupin.lib.model_fields.FenField(default=0)),
                ("received_fen", fupin.lib.model_fields.FenField(default=0)),
                ("delivered_fen", fupin.lib.model_fields.FenField(default=0)),
                ("helpers", models.PositiveIntegerField(default=0, help_text="living pledges")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pledged_fen__gte", 0), ("pledged_fen__lte", models.F("target_fen"))
                        ),
                        name="need_never_over_pledged",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("received_fen__gte", 0),
                            ("received_fen__lte", models.F("pledged_fen")),
                            ("delivered_fen__gte", 0),
                            ("delivered_fen__lte", models.F("received_fen")),
                        ),
                        name="need_money_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="needs.need"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("unit", models.CharField(max_length=8, verbose_name="单位")),
                ("quantity", models.PositiveIntegerField(verbose_name="数量")),
                (
                    "price_fen",
                    fupin.lib.model_fields.FenField(
                        default=0, help_text="of one unit; 0: nobody estimated it", verbose_name="估计单价"
                    ),
                ),
                ("pledged", models.PositiveIntegerField(default=0)),
                ("received", models.PositiveIntegerField(default=0)),
                (
                    "is_dropped",
                    models.BooleanField(
                        default=False, help_text="no longer asked for; kept since pledges name it"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gte", 1),
                            ("pledged__lte", models.F("quantity")),
                            ("received__lte", models.F("pledged")),
                        ),
                        name="item_never_over_pledged",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="openings", to="needs.need"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("need", "user"), name="opening_once_a_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="needs.need"
                    ),
                ),
                ("file", models.FileField(upload_to=needs.models.photo.photo_path)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("uploaded_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reviewed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("need", "sha256"), name="photo_once_a_need")],
            },
        ),
        migrations.CreateModel(
            name="NeedReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="needs.need"
                    ),
                ),
                ("action", models.CharField(max_length=10)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_name", models.CharField(max_length=60)),
                ("role", models.CharField(blank=True, max_length=20)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待村级核实"),
                            ("verified", "待乡镇检查"),
                            ("checked", "待县级发布"),
                            ("published", "正在求助"),
                            ("matched", "已认领，等待送达"),
                            ("fulfilled", "已圆满"),
                            ("returned", "已退回补充"),
                            ("withdrawn", "已撤回"),
                            ("expired", "已到期"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待村级核实"),
                            ("verified", "待乡镇检查"),
                            ("checked", "待县级发布"),
                            ("published", "正在求助"),
                            ("matched", "已认领，等待送达"),
                            ("fulfilled", "已圆满"),
                            ("returned", "已退回补充"),
                            ("withdrawn", "已撤回"),
                            ("expired", "已到期"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("incomplete", "内容不完整"),
                            ("unclear", "写得不清楚"),
                            ("not_real", "与走访情况不符"),
                            ("covered", "已有政策保障"),
                            ("too_much", "数量或金额过高"),
                            ("privacy", "含有不宜公开的信息"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500)),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("over_price", "单价明显高于参考价"),
                                ("over_count", "该户一年内要的数量超过上限"),
                                ("over_cap", "该户一年内求助总额超过上限"),
                                ("brand", "写了品牌或高档用品"),
                                ("repeat", "90 天内有同类求助"),
                                ("vague", "写得太笼统"),
                            ],
                            max_length=12,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "snapshot",
                    models.JSONField(
                        help_text="of a submission: the content that this round of review is about", null=True
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["need", "id"], name="review_need")],
            },
        ),
        migrations.CreateModel(
            name="OfflineHelp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "helper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="needs.householdhelper",
                    ),
                ),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visit", "走访看望"),
                            ("money", "资金"),
                            ("goods", "物资"),
                            ("service", "服务"),
                            ("project", "产业项目"),
                        ],
                        max_length=8,
                    ),
                ),
                ("words", models.CharField(max_length=300)),
                (
                    "amount_fen",
                    models.BigIntegerField(
                        help_text="as told; in no account and no figure of money", null=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "等确认"), ("confirmed", "已确认"), ("refused", "不属实")],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", None), ("amount_fen__gt", 0), _connector="OR"),
                        name="offline_help_amount",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(default=needs.models.paper.new_token, max_length=32, unique=True)),
                (
                    "batch",
                    models.UUIDField(db_index=True, default=uuid.uuid4, help_text="what was printed at once"),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the village",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="needs.household",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("medical", "医疗"),
                            ("education", "教育"),
                            ("housing", "住房"),
                            ("care", "关爱陪伴"),
                            ("sponsorship", "一对一救助"),
                            ("produce", "农产品销售"),
                            ("industry", "产业发展"),
                            ("employment", "就业"),
                            ("disability", "助残"),
                            ("volunteer", "志愿服务"),
                            ("other", "其他"),
                        ],
                        help_text="empty: any kind",
                        max_length=12,
                    ),
                ),
                (
                    "need",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper",
                        to="needs.need",
                    ),
                ),
                (
                    "printed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("printed_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SourceCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "source",
                    models.CharField(
                        help_text="c and a campaign's number, or an officer's code", max_length=12
                    ),
                ),
                ("county", models.IntegerField(help_text="6 digits; whose figure it is")),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["county", "-day"], name="source_count_county")],
                "constraints": [
                    models.UniqueConstraint(fields=("day", "source"), name="source_count_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 1)), name="source_count_positive"
                    ),
                ],
            },
        ),
        append_only("needs_needreview"),
        migrations.RunSQL(
            "ALTER TABLE needs_need SET (fillfactor = 85); ALTER TABLE needs_needprogress SET (fillfactor = 50)",
            "ALTER TABLE needs_need RESET (fillfactor); ALTER TABLE needs_needprogress RESET (fillfactor)",
        ),
    ]
