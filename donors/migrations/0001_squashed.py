import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import donors.models.certificate
import donors.models.payout
import donors.models.photo
import donors.models.pledge
import fupin.lib.clock
import fupin.lib.model_fields
from fupin.lib.append_only import append_only


class Migration(migrations.Migration):
    initial = True
    # Databases of before the chain was made one; to be dropped with the first release.
    replaces = [
        ("donors", "0001_initial"),
        ("donors", "0002_append_only"),
        ("donors", "0003_one_clock"),
        ("donors", "0004_parcels"),
        ("donors", "0005_statements"),
        ("donors", "0006_follows"),
        ("donors", "0007_service_proof_cases"),
        ("donors", "0008_year_certificate"),
        ("donors", "0009_slips"),
        ("donors", "0010_stations"),
        ("donors", "0011_account_changes"),
        ("donors", "0012_adoptions"),
        ("donors", "0013_payouts"),
        ("donors", "0014_figures"),
        ("donors", "0015_origins"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
        ("accounts", "__first__"),
        ("needs", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Adoption",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="adoptions", to="needs.need"
                    ),
                ),
                ("county", models.IntegerField(help_text="the need's county (6 digits)")),
                (
                    "donor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adoptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "等乡镇审核"),
                            ("approved", "等受助家庭答复"),
                            ("running", "结对中"),
                            ("paused", "已暂停"),
                            ("done", "圆满完成"),
                            ("refused", "没有结成"),
                            ("withdrawn", "已撤回"),
                            ("ended", "已结束"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                (
                    "display",
                    models.CharField(
                        choices=[("named", "实名"), ("nickname", "昵称"), ("anonymous", "匿名")],
                        max_length=10,
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[("month", "每月"), ("quarter", "每季度"), ("term", "每学期")], max_length=8
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(help_text="the whole term")),
                ("amount_fen", fupin.lib.model_fields.FenField(help_text="of one instalment")),
                ("first_on", models.DateField(help_text="the earliest day of the first instalment")),
                (
                    "words",
                    models.CharField(
                        blank=True, help_text="the donor's to the household and township", max_length=200
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evidence",
                    models.CharField(blank=True, help_text="how the household agreed", max_length=16),
                ),
                (
                    "ended_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("donor", "爱心人士结束"),
                            ("graduated", "受助家庭已经脱困"),
                            ("office", "当地不宜继续"),
                            ("full", "求助已经凑满"),
                            ("household", "受助家庭不再需要公开求助"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("agreed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["donor", "-id"], name="adoption_donor"),
                    models.Index(fields=["county", "status", "id"], name="adoption_county_status"),
                    models.Index(
                        condition=models.Q(("status__in", ("asked", "approved", "running", "paused"))),
                        fields=["status", "id"],
                        name="adoption_living",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("approved", "running", "paused"))),
                        fields=("need",),
                        name="adoption_one_a_need",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("asked", "approved", "running", "paused"))),
                        fields=("need", "donor"),
                        name="adoption_one_a_donor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gte", 100), ("months__gte", 1)),
                        name="adoption_gives_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ended"), models.Q(("ended_for", ""), _negated=True)),
                            models.Q(models.Q(("status", "ended"), _negated=True), ("ended_for", "")),
                            _connector="OR",
                        ),
                        name="adoption_end_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AdoptionStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "adoption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="donors.adoption",
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
                ("actor_label", models.CharField(help_text="a post or side, never a name", max_length=60)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asked", "等乡镇审核"),
                            ("approved", "等受助家庭答复"),
                            ("running", "结对中"),
                            ("paused", "已暂停"),
                            ("done", "圆满完成"),
                            ("refused", "没有结成"),
                            ("withdrawn", "已撤回"),
                            ("ended", "已结束"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("asked", "等乡镇审核"),
                            ("approved", "等受助家庭答复"),
                            ("running", "结对中"),
                            ("paused", "已暂停"),
                            ("done", "圆满完成"),
                            ("refused", "没有结成"),
                            ("withdrawn", "已撤回"),
                            ("ended", "已结束"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CallbackSheet",
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
                        help_text="the township",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("month", models.DateField(help_text="its first day; deliveries confirmed in it")),
                (
                    "seed",
                    models.CharField(
                        help_text="drawn with the sheet, so that nobody knew it before", max_length=32
                    ),
                ),
                (
                    "population",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="pledges confirmed in that month, ascending",
                        size=None,
                    ),
                ),
                ("drawn_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("region", "month"), name="callback_sheet_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CertificateSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("county", models.IntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("county", "year"), name="certificate_series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CharityAccount",
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
                        help_text="county or city",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charity_accounts",
                        to="accounts.region",
                    ),
                ),
                ("charity", models.CharField(max_length=60, verbose_name="慈善组织")),
                ("bank", models.CharField(max_length=60, verbose_name="开户行")),
                ("number", models.CharField(max_length=30, verbose_name="账号")),
                ("licence", models.CharField(max_length=40, verbose_name="公开募捐资格证号")),
                ("licence_from", models.DateField()),
                ("licence_to", models.DateField(help_text="last day, inclusive")),
                ("closed_at", models.DateTimeField(help_text="takes no new promises since then", null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("number",), name="charity_account_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("charity", ""), _negated=True),
                            models.Q(("bank", ""), _negated=True),
                            models.Q(("number", ""), _negated=True),
                            models.Q(("licence", ""), _negated=True),
                        ),
                        name="charity_account_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("licence_to__gte", models.F("licence_from"))),
                        name="charity_licence_interval",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="donors.charityaccount",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the account's place",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("open", "登记新账户"),
                            ("bank", "变更收款账户"),
                            ("licence", "变更募捐资格"),
                            ("close", "停用账户"),
                        ],
                        max_length=8,
                    ),
                ),
                ("charity", models.CharField(max_length=60)),
                ("bank", models.CharField(max_length=60)),
                ("number", models.CharField(max_length=30)),
                ("licence", models.CharField(max_length=40)),
                ("licence_from", models.DateField()),
                ("licence_to", models.DateField()),
                (
                    "note",
                    models.CharField(
                        help_text="the paper it rests on, or why the account is closed", max_length=200
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "等待复核"),
                            ("approved", "已同意"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("before", models.JSONField(help_text="the account until this was approved", null=True)),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
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
                ("decision_note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "proposed")),
                        fields=["region", "id"],
                        name="account_change_waits",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("account",),
                        name="account_change_one_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "open"), ("state", "proposed")),
                        fields=("number",),
                        name="account_opened_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="account_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="account_change_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("licence_to__gte", models.F("licence_from"))),
                        name="account_change_interval",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("week", models.DateField(help_text="its Monday")),
                ("lines", models.PositiveSmallIntegerField(help_text="what it told of; 0: nothing was sent")),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("user", "week"), name="digest_once_a_week")],
            },
        ),
        migrations.CreateModel(
            name="DigestPlan",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="digest_plan",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by_sms",
                    models.BooleanField(default=False, help_text="also as a text message; only where chosen"),
                ),
                ("next_on", models.DateField(help_text="the first day of the next week that gets a digest")),
                ("stopped_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("stopped_at", None)), fields=["next_on"], name="digest_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follows",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="needs.need",
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("need__isnull", True), ("region__isnull", False)),
                            models.Q(("need__isnull", False), ("region__isnull", True)),
                            _connector="OR",
                        ),
                        name="follow_place_or_need",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("need", None)),
                        fields=("user", "region"),
                        name="follow_region_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("region", None)), fields=("user", "need"), name="follow_need_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoodsNotice",
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
                        related_name="goods_notices",
                        to="accounts.region",
                    ),
                ),
                ("text", models.CharField(max_length=60)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["region"], name="goods_notice_live"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout_batches",
                        to="donors.charityaccount",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        default=donors.models.payout.new_batch_number, max_length=12, unique=True
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
                "indexes": [
                    models.Index(fields=["account", "-id"], name="payout_batch_account"),
                    models.Index(
                        models.Func(
                            models.F("number"),
                            models.Value("BSZGOQDIL"),
                            models.Value("852600011"),
                            function="translate",
                            output_field=models.CharField(),
                        ),
                        name="payout_batch_number_read",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="donors.charityaccount",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="donors.payoutbatch",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        default=donors.models.payout.new_payout_number, max_length=12, unique=True
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="needs.household",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        help_text="one of its gifts' needs: where the recipient lives",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="needs.need",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("bank", "银行转账到家庭账户"),
                            ("cash", "现金，两人签字"),
                            ("supplier", "付给供应商或收款单位"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "待付款"), ("paid", "已付款"), ("dropped", "没有付成")],
                        default="planned",
                        max_length=8,
                    ),
                ),
                ("amount_fen", fupin.lib.model_fields.FenField()),
                (
                    "payee",
                    fupin.lib.model_fields.SecretField(
                        help_text="the account's holder, who signed, or the supplier",
                        kind="name",
                        verbose_name="收款人",
                    ),
                ),
                (
                    "payee_account",
                    fupin.lib.model_fields.SecretField(kind="bank", null=True, verbose_name="收款账号"),
                ),
                ("signer", fupin.lib.model_fields.SecretField(kind="name", null=True, verbose_name="签收人")),
                (
                    "second_signer",
                    fupin.lib.model_fields.SecretField(kind="name", null=True, verbose_name="证明人"),
                ),
                ("paid_on", models.DateField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["account", "state", "-id"], name="payout_account_state"),
                    models.Index(fields=["batch", "id"], name="payout_batch"),
                    models.Index(
                        models.Func(
                            models.F("number"),
                            models.Value("BSZGOQDIL"),
                            models.Value("852600011"),
                            function="translate",
                            output_field=models.CharField(),
                        ),
                        name="payout_number_read",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payout_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "paid"), _negated=True),
                            models.Q(("paid_on__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="payout_paid_on_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "cash"), _negated=True),
                            models.Q(("second_signer__isnull", False), ("signer__isnull", False)),
                            _connector="OR",
                        ),
                        name="payout_cash_signed_twice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "bank"), _negated=True),
                            ("payee_account__isnull", False),
                            _connector="OR",
                        ),
                        name="payout_bank_has_account",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="donors.payout"
                    ),
                ),
                ("file", models.FileField(upload_to=donors.models.payout.payout_photo_path)),
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
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("payout", "sha256"), name="payout_photo_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Pledge",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="pledges", to="needs.need"
                    ),
                ),
                (
                    "county",
                    models.IntegerField(help_text="the need's county (6 digits); pledges are kept by county"),
                ),
                (
                    "donor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pledges",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[("money", "资金"), ("goods", "物资"), ("service", "服务")], max_length=8
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pledged", "已认领"),
                            ("paid", "已转账，待慈善会确认"),
                            ("received", "慈善会已收到"),
                            ("delivered", "已拨付"),
                            ("shipped", "已寄出或约好"),
                            ("confirmed", "受助方已确认"),
                            ("lapsed", "超时失效"),
                            ("cancelled", "已取消"),
                            ("refunded", "已退款"),
                        ],
                        default="pledged",
                        max_length=10,
                    ),
                ),
                ("amount_fen", fupin.lib.model_fields.FenField(default=0)),
                ("hours", models.PositiveSmallIntegerField(default=0)),
                ("service_on", models.DateField(blank=True, null=True)),
                (
                    "service_kind",
                    models.CharField(
                        choices=[("hours", "志愿服务"), ("visit", "上门看望"), ("letter", "写信问候")],
                        default="hours",
                        max_length=8,
                    ),
                ),
                (
                    "insured",
                    models.BooleanField(
                        default=False, help_text="the volunteer has accident insurance (REQUIREMENTS 127)"
                    ),
                ),
                (
                    "date_by",
                    models.CharField(
                        default="donor", help_text="the side that proposed service_on", max_length=10
                    ),
                ),
                ("date_agreed_at", models.DateTimeField(null=True)),
                (
                    "display",
                    models.CharField(
                        choices=[("named", "实名"), ("nickname", "昵称"), ("anonymous", "匿名")],
                        max_length=10,
                    ),
                ),
                ("idempotency_key", models.CharField(max_length=64)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "reference",
                    models.CharField(default=donors.models.pledge.new_reference, max_length=12, unique=True),
                ),
                (
                    "charity_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pledges",
                        to="donors.charityaccount",
                    ),
                ),
                (
                    "bank_note",
                    models.CharField(
                        blank=True, help_text="what the donor wrote on the transfer", max_length=60
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        blank=True,
                        choices=[("courier", "快递配送"), ("in_person", "面对面交付")],
                        max_length=10,
                    ),
                ),
                ("meet_at", models.CharField(blank=True, max_length=60)),
                ("meet_on", models.DateField(blank=True, null=True)),
                ("meet_time", models.TimeField(blank=True, null=True)),
                (
                    "meet_with",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("officer", "村信息员"),
                            ("team", "驻村工作队"),
                            ("duty", "村委会值班人员"),
                            ("township", "乡镇信息管理员"),
                            ("school", "学校老师"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("complete", "完好收到"), ("problem", "有问题")], max_length=10
                    ),
                ),
                ("outcome_note", models.CharField(blank=True, max_length=500)),
                (
                    "proof",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("own", "受助家庭本人确认"),
                            ("code", "受助家庭短信确认码"),
                            ("witness", "工作人员确认，有见证人"),
                            ("officer", "工作人员单独确认，须回访"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "witness_name",
                    fupin.lib.model_fields.SecretField(kind="name", null=True, verbose_name="见证人"),
                ),
                ("witness_role", models.CharField(blank=True, max_length=20, verbose_name="见证人身份")),
                (
                    "certificate_due",
                    models.BooleanField(default=False, help_text="earned and not issued yet"),
                ),
                (
                    "origin_mark",
                    models.CharField(
                        blank=True,
                        help_text="keyed hash of the day, the network and the browser it came from; forgotten after days",
                        max_length=24,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("expires_at", models.DateTimeField(help_text="lapses then unless paid or sent")),
                ("reminded_at", models.DateTimeField(help_text="told a day before it lapses", null=True)),
                ("prolonged_at", models.DateTimeField(help_text="kept once more; once", null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["donor", "-id"], name="pledge_donor"),
                    models.Index(fields=["need", "-id"], name="pledge_need"),
                    models.Index(fields=["county", "status", "-id"], name="pledge_county_status"),
                    models.Index(fields=["county", "created_at"], name="pledge_county_month"),
                    models.Index(
                        condition=models.Q(("origin_mark", ""), _negated=True),
                        fields=["county", "created_at"],
                        name="pledge_marked",
                    ),
                    models.Index(
                        condition=models.Q(("status", "pledged")),
                        fields=["expires_at"],
                        name="pledge_expiring",
                    ),
                    models.Index(
                        condition=models.Q(("certificate_due", True)),
                        fields=["id"],
                        name="pledge_certificate_due",
                    ),
                    models.Index(
                        models.Func(
                            models.F("reference"),
                            models.Value("BSZGOQDIL"),
                            models.Value("852600011"),
                            function="translate",
                            output_field=models.CharField(),
                        ),
                        name="pledge_reference_read",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("donor", "idempotency_key"), name="pledge_once_a_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_fen__gte", 100),
                                ("charity_account__isnull", False),
                                ("form", "money"),
                            ),
                            models.Q(models.Q(("form", "money"), _negated=True), ("amount_fen", 0)),
                            _connector="OR",
                        ),
                        name="pledge_money_has_amount_and_account",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="donors.pledge"
                    ),
                ),
                ("county", models.IntegerField(help_text="6 digits; whose work it is")),
                (
                    "reason",
                    models.CharField(
                        choices=[("problem", "收到但有问题"), ("callback", "回访不符")], max_length=10
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("opened", "等待处理"),
                            ("answered", "已答复"),
                            ("solved", "已解决，待确认"),
                            ("closed", "已办结"),
                        ],
                        default="opened",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["county", "status", "id"], name="case_county_status")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("opened", "answered", "solved"))),
                        fields=("pledge", "reason"),
                        name="case_once_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="donors.deliverycase",
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
                ("actor_label", models.CharField(help_text="a post or side, never a name", max_length=60)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("opened", "等待处理"),
                            ("answered", "已答复"),
                            ("solved", "已解决，待确认"),
                            ("closed", "已办结"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("opened", "等待处理"),
                            ("answered", "已答复"),
                            ("solved", "已解决，待确认"),
                            ("closed", "已办结"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PayoutGift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gifts", to="donors.payout"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="donors.pledge",
                    ),
                ),
                ("amount_fen", fupin.lib.model_fields.FenField()),
                ("live", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("live", True)), fields=("pledge",), name="pledge_paid_out_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="payout_gift_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parcels",
                        to="donors.pledge",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(help_text="1 to 5 inside its pledge")),
                (
                    "courier",
                    models.CharField(
                        choices=[
                            ("sf", "顺丰速运"),
                            ("ems", "中国邮政"),
                            ("zto", "中通快递"),
                            ("yto", "圆通速递"),
                            ("sto", "申通快递"),
                            ("yunda", "韵达快递"),
                            ("jd", "京东物流"),
                            ("jt", "极兔速递"),
                            ("deppon", "德邦快递"),
                            ("other", "其他快递"),
                        ],
                        max_length=8,
                    ),
                ),
                ("tracking_number", models.CharField(help_text="upper case", max_length=32)),
                ("sent_at", models.DateTimeField(default=fupin.lib.clock.now)),
                ("arrived_at", models.DateTimeField(help_text="ticked at the station", null=True)),
                (
                    "arrived_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("courier", "tracking_number"), name="parcel_number_once"),
                    models.UniqueConstraint(fields=("pledge", "number"), name="parcel_place_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__gte", 1),
                            ("number__lte", 5),
                            models.Q(("tracking_number", ""), _negated=True),
                        ),
                        name="parcel_at_most_five",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "adoption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instalments",
                        to="donors.adoption",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(help_text="from 1")),
                ("due_on", models.DateField()),
                ("try_on", models.DateField(help_text="not before; moved a day where it could not be made")),
                (
                    "pledge",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instalment",
                        to="donors.pledge",
                    ),
                ),
                ("told_at", models.DateTimeField(help_text="announced a week ahead", null=True)),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("pledge", None)), fields=["try_on"], name="instalment_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("adoption", "number"), name="instalment_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HoursEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "donor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hours_book",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hours_entry",
                        to="donors.pledge",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("hours", "志愿服务"), ("visit", "上门看望"), ("letter", "写信问候")],
                        max_length=8,
                    ),
                ),
                ("hours", models.PositiveSmallIntegerField(help_text="as confirmed; 0 for a letter")),
                ("day", models.DateField()),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the county helped",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["donor", "-id"], name="hours_book_donor")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hours__lte", 200),
                            models.Q(("kind", "letter"), ("hours__gte", 1), _connector="OR"),
                        ),
                        name="hours_entry_within_limits",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="donors.pledge"
                    ),
                ),
                ("code_hash", models.CharField(max_length=128)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "proved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["pledge", "-id"], name="delivery_code_latest")],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="donors.pledge",
                    ),
                ),
                (
                    "donor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="year_certificates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(null=True)),
                (
                    "token",
                    models.CharField(default=donors.models.certificate.new_token, max_length=22, unique=True),
                ),
                ("number", models.CharField(max_length=30)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("payload", models.JSONField(help_text="exactly what is signed")),
                ("signature", models.CharField(max_length=90)),
                ("issued_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoke_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("pledge",),
                        name="certificate_once_valid",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("donor", "year"),
                        name="certificate_year_once_valid",
                    ),
                    models.UniqueConstraint(fields=("number", "version"), name="certificate_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("donor", None), ("pledge__isnull", False), ("year", None)),
                            models.Q(("donor__isnull", False), ("pledge", None), ("year__isnull", False)),
                            _connector="OR",
                        ),
                        name="certificate_for_a_pledge_or_a_year",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Callback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="callbacks",
                        to="donors.callbacksheet",
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="callbacks",
                        to="donors.pledge",
                    ),
                ),
                (
                    "always",
                    models.BooleanField(
                        help_text="confirmed by an officer alone: asked about without a draw"
                    ),
                ),
                ("calls", models.PositiveSmallIntegerField(default=0, help_text="tries so far, 3 at most")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("matches", "与登记相符"),
                            ("mismatch", "与登记不符"),
                            ("unreached", "没有联系上"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "called_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("called_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("sheet", "pledge"), name="callback_once_a_sheet"),
                    models.CheckConstraint(
                        condition=models.Q(("calls__lte", 3)), name="callback_three_calls"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AddressOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opening",
                        to="donors.pledge",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                ("note", models.CharField(max_length=200)),
                ("opened_at", models.DateTimeField(default=fupin.lib.clock.now)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PledgeItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="donors.pledge"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pledge_items",
                        to="needs.needitem",
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                (
                    "released",
                    models.PositiveIntegerField(default=0, help_text="did not arrive; open to others again"),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("pledge", "item"), name="pledge_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="pledge_item_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("released__lte", models.F("quantity"))),
                        name="pledge_item_released_part",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PledgePhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="donors.pledge"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("goods", "物资照片"),
                            ("problem", "问题照片"),
                            ("thanks", "感谢照片"),
                            ("slip", "转账凭证"),
                            ("payout", "拨付凭证"),
                        ],
                        max_length=8,
                    ),
                ),
                ("file", models.FileField(upload_to=donors.models.photo.photo_path)),
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
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("pledge", "purpose", "sha256"), name="pledge_photo_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PledgeStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="donors.pledge"
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
                (
                    "actor_label",
                    models.CharField(
                        help_text="as what the public and the donor read: a post, not a name", max_length=60
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pledged", "已认领"),
                            ("paid", "已转账，待慈善会确认"),
                            ("received", "慈善会已收到"),
                            ("delivered", "已拨付"),
                            ("shipped", "已寄出或约好"),
                            ("confirmed", "受助方已确认"),
                            ("lapsed", "超时失效"),
                            ("cancelled", "已取消"),
                            ("refunded", "已退款"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("pledged", "已认领"),
                            ("paid", "已转账，待慈善会确认"),
                            ("received", "慈善会已收到"),
                            ("delivered", "已拨付"),
                            ("shipped", "已寄出或约好"),
                            ("confirmed", "受助方已确认"),
                            ("lapsed", "超时失效"),
                            ("cancelled", "已取消"),
                            ("refunded", "已退款"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="donors.charityaccount",
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
                ("file_name", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "待确认"),
                            ("running", "正在核对"),
                            ("done", "已导入"),
                            ("discarded", "已放弃"),
                        ],
                        default="preview",
                        max_length=10,
                    ),
                ),
                (
                    "content",
                    fupin.lib.model_fields.SecretField(
                        help_text="the lines as JSON, until confirmed", kind="text", null=True
                    ),
                ),
                (
                    "warnings",
                    models.JSONField(default=list, help_text="what somebody should look at, in plain words"),
                ),
                ("total_lines", models.PositiveIntegerField()),
                (
                    "new_lines",
                    models.PositiveIntegerField(default=0, help_text="those no earlier file brought"),
                ),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("opening_fen", models.BigIntegerField(help_text="balance before the first line", null=True)),
                ("closing_fen", models.BigIntegerField(help_text="balance after the last line", null=True)),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["account", "-id"], name="statement_account")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "discarded"), _negated=True),
                        fields=("account", "sha256"),
                        name="statement_file_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="donors.charityaccount",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="donors.statement",
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="line of the file, from 1")),
                ("booked_on", models.DateField()),
                ("direction", models.CharField(choices=[("in", "收入"), ("out", "支出")], max_length=3)),
                ("amount_fen", fupin.lib.model_fields.FenField()),
                ("balance_fen", models.BigIntegerField(null=True)),
                ("counterparty", fupin.lib.model_fields.SecretField(kind="name", null=True)),
                ("memo", models.CharField(blank=True, help_text="long numbers are masked", max_length=200)),
                ("serial", models.CharField(blank=True, max_length=60)),
                (
                    "fingerprint",
                    models.CharField(help_text="the same line in every file that holds it", max_length=64),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "正在核对"), ("open", "待处理"), ("settled", "已处理")],
                        default="new",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "附言里没有转账编号"),
                            ("several", "附言里有不止一个转账编号"),
                            ("amount", "金额与登记的不一样"),
                            ("counted", "这一笔已有流水对上"),
                            ("ended", "这一笔认领已经结束"),
                            ("full", "认领已失效，求助已由别人认满"),
                            ("elsewhere", "编号属于另一个账户"),
                            ("refused", "不能自动确认，要由同事办理"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        help_text="whose reference the memo holds",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="donors.pledge",
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        help_text="whose number the memo holds",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="donors.payout",
                    ),
                ),
                (
                    "references",
                    models.JSONField(default=list, help_text="readings of transfer references in the memo"),
                ),
                (
                    "settled_fen",
                    fupin.lib.model_fields.FenField(default=0, help_text="the sum of its matches"),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["account", "state", "-id"], name="statement_line_state"),
                    models.Index(fields=["statement", "number"], name="statement_line_file"),
                    models.Index(
                        condition=models.Q(("state", "new")), fields=["id"], name="statement_line_new"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "fingerprint"), name="statement_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="statement_line_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_fen__gte", 0), ("settled_fen__lte", models.F("amount_fen"))
                        ),
                        name="statement_line_never_over",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementMatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="donors.statementline",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("pledge", "认领的善款"),
                            ("refund", "退给爱心人士"),
                            ("payout", "拨付给受助方"),
                            ("other", "其他捐赠"),
                            ("returned", "已退回对方"),
                            ("own", "利息、手续费或本单位往来"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="donors.pledge",
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="donors.payout",
                    ),
                ),
                ("amount_fen", models.BigIntegerField(help_text="negative where it undoes another row")),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="donors.statementmatch",
                    ),
                ),
                ("automatic", models.BooleanField(default=False)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pledge__isnull", False), ("purpose__in", ("pledge", "refund"))),
                            models.Q(
                                models.Q(("purpose__in", ("pledge", "refund")), _negated=True),
                                ("pledge__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="statement_match_names_pledge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payout__isnull", False), ("purpose", "payout")),
                            models.Q(
                                models.Q(("purpose", "payout"), _negated=True), ("payout__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="statement_match_names_payout",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_fen__gt", 0), ("undoes__isnull", True)),
                            models.Q(("amount_fen__lt", 0), ("undoes__isnull", False)),
                            _connector="OR",
                        ),
                        name="statement_match_sign",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Station",
            fields=[
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="station",
                        serialize=False,
                        to="accounts.region",
                    ),
                ),
                (
                    "address",
                    models.CharField(help_text="of the public office, never of a household", max_length=80),
                ),
                ("opening", models.CharField(blank=True, max_length=40)),
                (
                    "pickup_day",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "每周一"),
                            (2, "每周二"),
                            (3, "每周三"),
                            (4, "每周四"),
                            (5, "每周五"),
                            (6, "每周六"),
                            (7, "每周日"),
                        ],
                        null=True,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("updated_at", models.DateTimeField(default=fupin.lib.clock.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Thanks",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="thanks", to="donors.pledge"
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("written_at", models.DateTimeField(default=fupin.lib.clock.now)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "等乡镇审核"),
                            ("approved", "已送给爱心人士"),
                            ("returned", "已退回"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
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
                ("reason", models.CharField(blank=True, help_text="why it was sent back", max_length=200)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")), fields=["id"], name="thanks_waiting"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="transfers", to="needs.need"
                    ),
                ),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="donors.pledge",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="needs.needitem",
                    ),
                ),
                (
                    "charity_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="donors.charityaccount",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("open", "待认领"),
                            ("promised", "已认领"),
                            ("held", "慈善会已收"),
                            ("delivered", "已送达"),
                            ("refunded", "已退回"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("open", "待认领"),
                            ("promised", "已认领"),
                            ("held", "慈善会已收"),
                            ("delivered", "已送达"),
                            ("refunded", "已退回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.BigIntegerField(help_text="fen, or whole units where item is set")),
                ("at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["need", "id"], name="transfer_need"),
                    models.Index(fields=["charity_account", "id"], name="transfer_account"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="transfer_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="transfer_moves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("charity_account__isnull", False), ("item__isnull", True)),
                            models.Q(("charity_account__isnull", True), ("item__isnull", False)),
                            _connector="OR",
                        ),
                        name="transfer_money_or_goods",
                    ),
                ],
            },
        ),
        append_only("donors_transfer"),
        append_only("donors_pledgestep"),
        append_only("donors_statementmatch"),
        append_only("donors_hoursentry"),
        append_only("donors_casestep"),
        append_only("donors_adoptionstep"),
    ]
