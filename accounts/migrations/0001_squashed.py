import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fupin.lib.clock
import fupin.lib.model_fields
from fupin.lib.append_only import FUNCTION, append_only


class Migration(migrations.Migration):
    initial = True
    # Databases of before the chain was made one; to be dropped with the first release.
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_append_only"),
        ("accounts", "0003_one_clock"),
        ("accounts", "0004_submission"),
        ("accounts", "0005_post_applications"),
        ("accounts", "0006_submission_age"),
        ("accounts", "0007_region_tagged"),
        ("accounts", "0008_region_changes"),
        ("accounts", "0009_donor_profile"),
        ("accounts", "0010_visit_verb"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone_index", models.CharField(max_length=64)),
                (
                    "binding",
                    models.CharField(
                        blank=True, help_text="the asking browser's nonce; empty for the API", max_length=64
                    ),
                ),
                ("code_hash", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["phone_index", "-id"], name="login_code_latest")],
            },
        ),
        migrations.CreateModel(
            name="RateCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bucket", models.CharField(max_length=120)),
                ("window", models.BigIntegerField(help_text="start of the window, Unix seconds")),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("bucket", "window"), name="rate_count_once")],
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "code",
                    models.BigIntegerField(
                        help_text="12-digit national code", primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "省级"), (2, "市级"), (3, "县级"), (4, "乡级"), (5, "村级")]
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="accounts.region",
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="accounts.region",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view", "查看"),
                    ("collect", "采集"),
                    ("verify", "核实"),
                    ("check", "检查"),
                    ("approve", "发布"),
                    ("appoint", "任命"),
                    ("reveal", "查看敏感信息"),
                    ("dispatch", "派单"),
                    ("reconcile", "对账"),
                    ("report", "看报表"),
                    ("audit", "审计"),
                    ("visit", "走访"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["level", "name"], name="region_level_name"),
                    models.Index(
                        condition=models.Q(("tags", []), _negated=True), fields=["code"], name="region_tagged"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("phone", fupin.lib.model_fields.SecretField(blank=True, kind="phone", null=True)),
                ("phone_index", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("id_number", fupin.lib.model_fields.SecretField(blank=True, kind="id", null=True)),
                ("id_index", models.CharField(blank=True, db_index=True, max_length=64, null=True)),
                ("name", models.CharField(blank=True, max_length=30, verbose_name="姓名")),
                ("nickname", models.CharField(blank=True, max_length=30, verbose_name="昵称")),
                (
                    "display",
                    models.CharField(
                        blank=True,
                        choices=[("named", "实名"), ("nickname", "昵称"), ("anonymous", "匿名")],
                        help_text="first choice of pledge forms",
                        max_length=10,
                    ),
                ),
                (
                    "donor_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("individual", "个人"),
                            ("public_employee", "机关事业单位职工"),
                            ("company", "企业"),
                            ("organisation", "社会组织"),
                            ("other", "其他"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "occupation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("teacher", "教师"),
                            ("doctor", "医生"),
                            ("entrepreneur", "民营企业家"),
                            ("league", "青年团员"),
                            ("volunteer", "志愿者"),
                            ("cadre", "干部"),
                            ("student", "学生"),
                            ("soldier", "军人"),
                            ("farmer", "农民"),
                            ("other", "其他"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "work_county",
                    models.ForeignKey(
                        blank=True,
                        help_text="public employees only",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("referral_code", models.CharField(blank=True, max_length=12, null=True, unique=True)),
                (
                    "referred_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "auth_epoch",
                    models.PositiveIntegerField(default=0, help_text="raising it ends every session"),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Appointment",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="accounts.region",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("village_officer", "村信息员"),
                            ("grid_leader", "网格长"),
                            ("grid_member", "网格员"),
                            ("township_manager", "乡镇信息管理员"),
                            ("county_admin", "县级管理员"),
                            ("county_media", "县级媒体管理员"),
                            ("city_office", "市级办公室"),
                            ("leader", "领导"),
                            ("charity_finance", "慈善会财务"),
                            ("department_officer", "部门经办人"),
                            ("inspector", "督查评估员"),
                            ("auditor", "安全审计员"),
                        ],
                        max_length=20,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, help_text="last day, inclusive", null=True)),
                (
                    "appointed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("committee", "村支两委"),
                            ("work_team", "驻村工作队"),
                            ("graduate", "大学生村官"),
                            ("cooperative", "农业专业合作社"),
                            ("enterprise", "龙头企业"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=60, verbose_name="单位及职务")),
                (
                    "duty_phone",
                    models.CharField(
                        blank=True,
                        help_text="of the office, public; never a personal mobile",
                        max_length=20,
                        verbose_name="办公电话",
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=200)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "role"], name="appointment_region_role")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("user", "region", "role"),
                        name="appointment_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="appointment_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_name", models.CharField(help_text="as printed at that time", max_length=60)),
                ("action", models.CharField(help_text="dotted, e.g. need.approve", max_length=60)),
                ("object_type", models.CharField(max_length=60)),
                ("object_id", models.CharField(max_length=40)),
                ("object_name", models.CharField(blank=True, max_length=120)),
                (
                    "region_code",
                    models.BigIntegerField(help_text="where it happened; scopes who may read it", null=True),
                ),
                (
                    "changes",
                    models.JSONField(default=dict, help_text="names and codes only, never a secret's value"),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("request_id", models.CharField(blank=True, max_length=36)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["object_type", "object_id"], name="audit_object"),
                    models.Index(fields=["region_code", "id"], name="audit_region"),
                    models.Index(fields=["actor", "id"], name="audit_actor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal",
                        to="accounts.auditentry",
                    ),
                ),
                ("prev_hash", models.CharField(max_length=64, unique=True)),
                ("hash", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(choices=[("sms", "短信"), ("site", "站内消息")], max_length=4)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inbox",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("phone", fupin.lib.model_fields.SecretField(kind="phone", null=True)),
                ("text", fupin.lib.model_fields.SecretField(kind="text")),
                ("code", fupin.lib.model_fields.SecretField(kind="text", null=True)),
                ("link", models.CharField(blank=True, max_length=200)),
                ("dedup_key", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "待发送"), ("sent", "已发送"), ("dead", "发送失败")],
                        default="queued",
                        max_length=6,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "next_at",
                    models.DateTimeField(help_text="not before; also the lease of whoever is sending"),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("sent_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["next_at"], name="message_due"
                    ),
                    models.Index(
                        condition=models.Q(("channel", "site")), fields=["user", "-id"], name="message_inbox"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostApplication",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="post_applications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("village_officer", "村信息员"),
                            ("grid_leader", "网格长"),
                            ("grid_member", "网格员"),
                            ("township_manager", "乡镇信息管理员"),
                            ("county_admin", "县级管理员"),
                            ("county_media", "县级媒体管理员"),
                            ("city_office", "市级办公室"),
                            ("leader", "领导"),
                            ("charity_finance", "慈善会财务"),
                            ("department_officer", "部门经办人"),
                            ("inspector", "督查评估员"),
                            ("auditor", "安全审计员"),
                        ],
                        max_length=20,
                        verbose_name="职务",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("committee", "村支两委"),
                            ("work_team", "驻村工作队"),
                            ("graduate", "大学生村官"),
                            ("cooperative", "农业专业合作社"),
                            ("enterprise", "龙头企业"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=60, verbose_name="单位及职务")),
                (
                    "duty_phone",
                    models.CharField(
                        blank=True, help_text="of the office", max_length=20, verbose_name="办公电话"
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="姓名")),
                (
                    "id_number",
                    fupin.lib.model_fields.SecretField(
                        help_text="optional; goes when it is decided",
                        kind="id",
                        null=True,
                        verbose_name="身份证号",
                    ),
                ),
                ("id_index", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待审核"),
                            ("granted", "已同意"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="why it was refused; the person reads it", max_length=200
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "state", "id"], name="post_application_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("user",),
                        name="post_application_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("appointment__isnull", False), ("state", "granted")),
                            models.Q(models.Q(("state", "granted"), _negated=True), ("appointment", None)),
                            _connector="OR",
                        ),
                        name="post_application_granted_has_post",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegionChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=[("merge", "合并"), ("split", "拆分")], max_length=5)),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="codes of the villages that end, or of the one divided",
                        size=None,
                    ),
                ),
                (
                    "target_code",
                    models.BigIntegerField(
                        help_text="the village that takes over; made on the day when it is new"
                    ),
                ),
                ("target_name", models.CharField(max_length=60)),
                ("effective_on", models.DateField()),
                (
                    "ending_posts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="posts that do not move along",
                        size=None,
                    ),
                ),
                (
                    "households",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="of a split: who moves",
                        size=None,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "已安排"), ("done", "已办理"), ("cancelled", "已取消")],
                        default="planned",
                        max_length=9,
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "problem",
                    models.CharField(blank=True, help_text="why the sweep could not do it", max_length=200),
                ),
                ("moved", models.JSONField(default=dict, help_text="how many of what, once done")),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["county", "-id"], name="region_change_county"),
                    models.Index(
                        condition=models.Q(("state", "planned")),
                        fields=["effective_on"],
                        name="region_change_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegionPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="accounts.region"),
                ),
            ],
            options={
                "abstract": False,
                "unique_together": {("user", "permission", "content_object")},
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "purpose",
                    models.SlugField(db_index=False, help_text="which form, e.g. household", max_length=30),
                ),
                ("key", models.UUIDField(help_text="from the form's hidden field")),
                ("fingerprint", models.CharField(help_text="keyed hash of the content", max_length=64)),
                ("object_pk", models.BigIntegerField()),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["created_at"], name="submission_created_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "purpose", "key"), name="submission_once")
                ],
            },
        ),
        FUNCTION,
        append_only("accounts_auditentry"),
        append_only("accounts_auditseal"),
    ]
