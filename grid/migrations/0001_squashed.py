import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import fupin.lib.clock
import fupin.lib.model_fields
import grid.models.activity
import grid.models.clue_file
import grid.models.member
import grid.models.notice
import grid.models.notice_print
import grid.models.register_check
import grid.models.visit
from fupin.lib.append_only import append_only


class Migration(migrations.Migration):
    initial = True
    # Databases of before the chain was made one; to be dropped with the first release.
    replaces = [
        ("grid", "0001_grids"),
        ("grid", "0002_activities"),
        ("grid", "0003_clocks"),
        ("grid", "0004_clues"),
        ("grid", "0005_visits"),
        ("grid", "0006_watch"),
        ("grid", "0007_measures"),
        ("grid", "0008_quotas"),
        ("grid", "0009_clue_files"),
        ("grid", "0010_measure_list"),
        ("grid", "0011_figures"),
        ("grid", "0012_questions"),
        ("grid", "0013_reports"),
        ("grid", "0014_articles"),
        ("grid", "0015_problems"),
        ("grid", "0016_scores"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
        ("accounts", "__first__"),
        ("needs", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("need", "求助"),
                            ("gift", "帮助"),
                            ("household", "登记家庭"),
                            ("post", "在岗人员"),
                            ("clock", "时限"),
                            ("form", "填报"),
                            ("village", "村"),
                        ],
                        max_length=10,
                    ),
                ),
                ("region", models.BigIntegerField()),
                ("month", models.DateField(null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="FigureState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "counted_at",
                    models.DateTimeField(
                        help_text="every change committed before this moment is in the figures"
                    ),
                ),
                (
                    "sealed",
                    models.BigIntegerField(
                        default=0, help_text="the last link of the audit chain that is counted"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="QuestionScan",
            fields=[
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.region",
                    ),
                ),
                ("scanned_on", models.DateField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="VillageFigure",
            fields=[
                ("village", models.BigIntegerField(primary_key=True, serialize=False)),
                ("needs", models.IntegerField(help_text="ever published")),
                ("waiting", models.IntegerField(help_text="of these, open")),
                ("helped", models.IntegerField(help_text="of these, with a living pledge")),
                ("homes", models.IntegerField()),
                ("used", models.IntegerField()),
                ("covered", models.IntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Activity",
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
                        related_name="activities",
                        to="accounts.region",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("meeting", "网格员会议（会商研判）"), ("training", "网格员培训")],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "已安排"), ("held", "已开完"), ("cancelled", "已取消")],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("held_on", models.DateField(verbose_name="日期")),
                ("topic", models.CharField(max_length=60, verbose_name="主题")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="地点")),
                ("minutes", models.TextField(blank=True, verbose_name="纪要")),
                (
                    "guests",
                    models.CharField(
                        blank=True,
                        help_text="people without a post",
                        max_length=200,
                        verbose_name="其他参加人",
                    ),
                ),
                (
                    "expected",
                    models.PositiveIntegerField(
                        default=0, help_text="people in post there when it was written up"
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
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["region", "kind", "held_on"], name="activity_duty"),
                    models.Index(fields=["held_on", "id"], name="activity_list"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "planned")),
                            models.Q(
                                models.Q(("state", "planned"), _negated=True), ("closed_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="activity_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "held"), _negated=True),
                            models.Q(("minutes", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="activity_held_with_minutes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="grid.activity"
                    ),
                ),
                ("file", models.FileField(upload_to=grid.models.activity.photo_path)),
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
                    models.UniqueConstraint(fields=("activity", "sha256"), name="activity_photo_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AreaNumber",
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
                (
                    "kind",
                    models.CharField(
                        choices=[("match_rate", "对接率目标（%）"), ("poor_homes", "应登记户数")],
                        max_length=12,
                        verbose_name="数字",
                    ),
                ),
                ("value", models.PositiveIntegerField(verbose_name="数值")),
                ("valid_from", models.DateField(help_text="the first day of its first month")),
                ("clause", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "kind", "valid_from"), name="area_number_once_a_month"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("policy", "帮扶政策"), ("story", "帮扶故事"), ("experience", "经验交流")],
                        max_length=10,
                        verbose_name="栏目",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "等待发布"),
                            ("published", "已发布"),
                            ("withdrawn", "已撤下"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="articles",
                        to="accounts.region",
                    ),
                ),
                ("title", models.CharField(max_length=50, verbose_name="标题")),
                ("summary", models.CharField(max_length=120, verbose_name="摘要")),
                ("body", models.TextField(verbose_name="正文")),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="发文机关或来源")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="文号")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("changed_at", models.DateTimeField(default=fupin.lib.clock.now)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="why it was returned or taken down", max_length=120
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "published")),
                        fields=["kind", "-published_at", "-id"],
                        name="article_shown",
                    ),
                    models.Index(
                        condition=models.Q(("state", "submitted")),
                        fields=["region", "submitted_at", "id"],
                        name="article_waiting",
                    ),
                    models.Index(fields=["region", "-id"], name="article_region"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            models.Q(("published_at__isnull", False), ("reviewed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="article_published_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "policy"), _negated=True),
                            models.Q(("source", ""), _negated=True),
                            ("state__in", ("draft", "withdrawn")),
                            _connector="OR",
                        ),
                        name="article_policy_names_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="grid.activity",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("how", models.CharField(choices=[("code", "扫码"), ("list", "名单")], max_length=4)),
                ("at", models.DateTimeField(default=fupin.lib.clock.now)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("activity", "user"), name="attendance_once")],
            },
        ),
        migrations.CreateModel(
            name="Brief",
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
                ("month", models.DateField(help_text="its first day")),
                ("tiles", models.JSONField(help_text="[label, figure, unit, note]")),
                (
                    "series",
                    models.JSONField(help_text="[month such as 2026-10, published, matched], a year at most"),
                ),
                ("target", models.PositiveSmallIntegerField(help_text="of the match rate, in percent")),
                ("sentences", models.JSONField(help_text="what the month brought")),
                ("attention", models.JSONField(help_text="what needs somebody's attention")),
                ("dated", models.DateField(help_text="the day of the last closing it rests on")),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("told", models.PositiveSmallIntegerField(default=0, help_text="leaders who were sent it")),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("region", "month"), name="brief_once")],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("works", models.BooleanField(verbose_name="上班")),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("county", "day"), name="calendar_day_once_a_county", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(help_text="a rule of grid.clock_rules", max_length=30)),
                (
                    "object_id",
                    models.BigIntegerField(help_text="the thing whose step this is, by the rule's page"),
                ),
                ("title", models.CharField(help_text="for officers in scope", max_length=80)),
                (
                    "region",
                    models.ForeignKey(
                        help_text="where the thing is",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "省级"), (2, "市级"), (3, "县级"), (4, "乡级"), (5, "村级")],
                        help_text="whose duty it is",
                    ),
                ),
                ("clause", models.CharField(help_text="as it read at the start", max_length=200)),
                (
                    "unit",
                    models.CharField(choices=[("calendar", "自然日"), ("working", "工作日")], max_length=8),
                ),
                ("days", models.PositiveSmallIntegerField()),
                ("at_least", models.BooleanField(default=False)),
                ("started_on", models.DateField()),
                ("counted_from", models.DateField()),
                ("left", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("paused_on", models.DateField(null=True)),
                ("pause_reason", models.CharField(blank=True, max_length=200)),
                ("pauses", models.JSONField(default=list, help_text="past ones: [from, to, why]")),
                ("done_on", models.DateField(null=True)),
                ("started_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_on", None)),
                        fields=["region", "due_on", "id"],
                        name="clock_running",
                    ),
                    models.Index(fields=["kind", "object_id", "id"], name="clock_of_thing"),
                    models.Index(fields=["region", "due_on"], name="clock_month"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_on", None)),
                        fields=("kind", "object_id"),
                        name="clock_runs_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_on", None), ("paused_on", None), _connector="OR"),
                        name="clock_done_not_paused",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_on__gte", models.F("counted_from")),
                            ("counted_from__gte", models.F("started_on")),
                        ),
                        name="clock_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pause_reason", ""), ("paused_on", None)),
                            models.Q(
                                ("paused_on__isnull", False), models.Q(("pause_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="clock_paused_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedMonth",
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
                        help_text="the county",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("month", models.DateField(help_text="its first day")),
                ("closed_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "closed_by",
                    models.ForeignKey(
                        help_text="null: the beat",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inputs_hash",
                    models.CharField(help_text="SHA-256 of what the figures were made of", max_length=64),
                ),
                (
                    "poor",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="the poor villages' codes; null: closed before this was kept",
                        null=True,
                        size=None,
                    ),
                ),
                (
                    "report",
                    models.JSONField(help_text="the figures of the county, its townships and its villages"),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("region", "month"), name="month_closed_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Clue",
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
                        related_name="clues",
                        to="needs.household",
                    ),
                ),
                ("name", models.CharField(help_text="as told", max_length=30, verbose_name="户主姓名")),
                (
                    "phone",
                    fupin.lib.model_fields.SecretField(kind="phone", null=True, verbose_name="联系电话"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("grid", "网格员发现"),
                            ("self", "农户自主申报"),
                            ("department", "部门预警"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                (
                    "department",
                    models.CharField(blank=True, help_text="whose warning, in words", max_length=20),
                ),
                (
                    "filled_by",
                    models.CharField(
                        blank=True,
                        choices=[("household", "本户自己填"), ("helper", "亲友邻居代填")],
                        max_length=10,
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        choices=[
                            ("income", "收入减少或支出大增"),
                            ("medical", "看病负担重"),
                            ("education", "上学有困难"),
                            ("housing", "住房不安全"),
                            ("water", "饮水不安全"),
                            ("disaster", "灾害或意外事故"),
                            ("other", "其他变化"),
                        ],
                        max_length=10,
                        verbose_name="主要困难",
                    ),
                ),
                ("situation", fupin.lib.model_fields.SecretField(kind="text", verbose_name="情况")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reported", "等村里核实评议"),
                            ("notice", "村内公示中"),
                            ("judging", "等乡镇研判"),
                            ("visiting", "乡镇入户核查中"),
                            ("reviewing", "等县里审核备案"),
                            ("helping", "已纳入，帮扶中"),
                            ("rechecking", "等乡镇复核风险"),
                            ("cleared", "风险已消除"),
                            ("dismissed", "未纳入"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="reported",
                        max_length=10,
                    ),
                ),
                (
                    "monitored",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unstable", "脱贫不稳定户"),
                            ("marginal", "边缘易致贫户"),
                            ("sudden", "突发严重困难户"),
                        ],
                        help_text="proposed",
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
                ("reported_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("filed_on", models.DateField(null=True, verbose_name="备案日期")),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "state", "id"], name="clue_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("household",), name="clue_once_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state__in", ("cleared", "dismissed", "withdrawn")),
                            ),
                            models.Q(
                                models.Q(("state__in", ("cleared", "dismissed", "withdrawn")), _negated=True),
                                ("closed_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="clue_closed_at_its_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClueFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "clue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="grid.clue"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("check", "入户核实照片"),
                            ("meeting", "评议会议材料"),
                            ("judgement", "研判和比对材料"),
                            ("review", "县级抽查材料"),
                            ("help", "帮扶落实材料"),
                        ],
                        max_length=10,
                        verbose_name="材料",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=60, verbose_name="说明")),
                ("file", models.FileField(upload_to=grid.models.clue_file.clue_file_path)),
                ("sha256", models.CharField(help_text="of the JPEG", max_length=64)),
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
                "constraints": [models.UniqueConstraint(fields=("clue", "sha256"), name="clue_file_once")],
            },
        ),
        migrations.CreateModel(
            name="ClueStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "clue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="grid.clue"
                    ),
                ),
                ("action", models.CharField(max_length=10)),
                ("label", models.CharField(max_length=30)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=10)),
                ("target", models.CharField(max_length=10)),
                ("note", fupin.lib.model_fields.SecretField(kind="text", null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DepartmentPost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="department_post",
                        to="accounts.appointment",
                    ),
                ),
                (
                    "department",
                    models.CharField(
                        choices=[
                            ("insurance", "医保"),
                            ("housing", "住建"),
                            ("education", "教育"),
                            ("water", "水利"),
                            ("civil", "民政"),
                            ("disabled", "残联"),
                            ("labour", "人社"),
                            ("farming", "农业农村"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_at", models.DateTimeField(default=fupin.lib.clock.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ExcludedNeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "need",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="excluded", to="needs.need"
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.BigIntegerField(help_text="12 digits; also a place that only the code knows"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("need", "求助"),
                            ("gift", "帮助"),
                            ("household", "登记家庭"),
                            ("post", "在岗人员"),
                            ("clock", "时限"),
                            ("form", "填报"),
                            ("village", "村"),
                        ],
                        max_length=10,
                    ),
                ),
                ("month", models.DateField(help_text="its first day, or ALL_TIME")),
                ("part", models.CharField(max_length=30)),
                ("published", models.BigIntegerField(help_text="needs ever published", null=True)),
                ("open", models.BigIntegerField(help_text="of these, still open", null=True)),
                (
                    "matched",
                    models.BigIntegerField(help_text="of these, fully pledged or fulfilled", null=True),
                ),
                ("fulfilled", models.BigIntegerField(help_text="of these, everything arrived", null=True)),
                (
                    "asked_fen",
                    models.BigIntegerField(help_text="money asked for by the published", null=True),
                ),
                (
                    "promised_fen",
                    models.BigIntegerField(help_text="money of it that living pledges hold", null=True),
                ),
                (
                    "open_days",
                    models.BigIntegerField(
                        help_text="of the open: days from 2000-01-01 to their publication, summed", null=True
                    ),
                ),
                (
                    "waited_days",
                    models.BigIntegerField(
                        help_text="of the matched: days from publication to the last match, summed", null=True
                    ),
                ),
                ("gifts", models.BigIntegerField(help_text="pledges not ended unmet", null=True)),
                ("gift_fen", models.BigIntegerField(help_text="their money", null=True)),
                ("arrived_fen", models.BigIntegerField(help_text="of this, what the charity got", null=True)),
                ("passed_fen", models.BigIntegerField(help_text="of this, what was paid out", null=True)),
                ("refunded_fen", models.BigIntegerField(help_text="money given back", null=True)),
                ("confirmed", models.BigIntegerField(help_text="pledges that arrived complete", null=True)),
                (
                    "problems",
                    models.BigIntegerField(
                        help_text="pledges that arrived with a problem standing", null=True
                    ),
                ),
                (
                    "donors",
                    models.BigIntegerField(
                        help_text="people with their first pledge in the county", null=True
                    ),
                ),
                ("households", models.BigIntegerField(help_text="registered and not closed", null=True)),
                ("posts", models.BigIntegerField(help_text="posts begun less posts ended", null=True)),
                ("kept", models.BigIntegerField(help_text="clocks due that were kept", null=True)),
                ("late", models.BigIntegerField(help_text="clocks due that were done late", null=True)),
                (
                    "running",
                    models.BigIntegerField(help_text="clocks due that still run or stand", null=True),
                ),
                ("forms", models.BigIntegerField(help_text="things that officers filed", null=True)),
                (
                    "asking",
                    models.BigIntegerField(help_text="villages in force with published needs", null=True),
                ),
                (
                    "neglected",
                    models.BigIntegerField(
                        help_text="of these, villages in which no need has a living helper", null=True
                    ),
                ),
                ("homes", models.BigIntegerField(help_text="households in force, by village", null=True)),
                (
                    "used",
                    models.BigIntegerField(help_text="of these, those with a need handed in", null=True),
                ),
                (
                    "covered",
                    models.BigIntegerField(help_text="of these, those with a person or a measure", null=True),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("region", "source", "month", "part"), name="figure_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Grid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grids",
                        to="accounts.region",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="编号"
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                (
                    "area",
                    models.CharField(
                        blank=True,
                        help_text="public: hamlets, lanes, blocks",
                        max_length=120,
                        verbose_name="范围",
                    ),
                ),
                (
                    "duty_phone",
                    models.CharField(
                        blank=True,
                        help_text="public; never a personal mobile",
                        max_length=20,
                        verbose_name="值班电话",
                    ),
                ),
                (
                    "oversize_reason",
                    models.CharField(
                        blank=True,
                        help_text="without it a grid takes 100 households at most",
                        max_length=120,
                        verbose_name="超过 100 户的原因",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("village", "number"),
                        name="grid_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="grid_number_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GridHousehold",
            fields=[
                (
                    "household",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="in_grid",
                        serialize=False,
                        to="needs.household",
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="homes", to="grid.grid"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        help_text="the grid's village",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
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
                ("since", models.DateField()),
                (
                    "monthly",
                    models.BooleanField(
                        default=False, help_text="its risk is open: once a month, else once a quarter"
                    ),
                ),
                ("due_on", models.DateField(help_text="the last day for the next visit")),
                (
                    "visited_on",
                    models.DateField(blank=True, help_text="of the last visit or call", null=True),
                ),
                (
                    "confirmed",
                    models.JSONField(default=dict, help_text="last day each point was confirmed, by point"),
                ),
                (
                    "photo_wanted",
                    models.CharField(
                        blank=True,
                        help_text="what the next visit takes a photo of; empty: none",
                        max_length=60,
                        verbose_name="请拍照",
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["grid", "due_on", "household"], name="grid_home_due"),
                    models.Index(fields=["region", "due_on", "household"], name="grid_home_village_due"),
                    models.Index(fields=["county", "due_on", "household"], name="grid_home_county_due"),
                    models.Index(
                        condition=models.Q(("monthly", True)), fields=["household"], name="grid_home_monthly"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GridMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="grid.grid"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grid_places",
                        to="accounts.appointment",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cadre", "村干部"),
                            ("group_head", "乡村振兴小组长"),
                            ("party", "共产党员"),
                            ("delegate", "村民代表"),
                            ("squire", "乡贤人士"),
                            ("entrepreneur", "创业致富带头人"),
                            ("veteran", "退役军人"),
                            ("former_cadre", "老村干"),
                            ("teacher", "老教师"),
                            ("doctor", "老村医"),
                            ("risen", "脱贫户"),
                            ("welfare", "公益岗人员"),
                        ],
                        max_length=12,
                        verbose_name="身份",
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        blank=True,
                        help_text="public, on board and notice",
                        max_length=120,
                        verbose_name="工作职责",
                    ),
                ),
                (
                    "photo",
                    models.FileField(
                        blank=True,
                        help_text="public with the person's consent",
                        upload_to=grid.models.member.portrait_path,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("grid", "post"),
                        name="grid_member_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
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
                        help_text="county, city or township",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("officers", "工作人员履职"),
                            ("needs", "已公开的求助"),
                            ("deliveries", "已送达的帮助"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("web", "网上核查"), ("phone", "电话抽查"), ("field", "实地检查")],
                        max_length=6,
                    ),
                ),
                ("topic", models.CharField(max_length=100, verbose_name="检查内容")),
                ("wanted", models.PositiveIntegerField(verbose_name="抽取数量")),
                (
                    "seed",
                    models.CharField(
                        help_text="drawn with the list, so that nobody knew it before", max_length=32
                    ),
                ),
                (
                    "population",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), help_text="ids, ascending", size=None
                    ),
                ),
                ("population_hash", models.CharField(max_length=64)),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("drawn_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "-id"], name="inspection_of")],
            },
        ),
        migrations.CreateModel(
            name="Circular",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="circulars",
                        to="grid.inspection",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="文号")),
                ("title", models.CharField(max_length=100, verbose_name="标题")),
                ("text", models.TextField(verbose_name="正文")),
                ("issuer", models.CharField(max_length=60, verbose_name="发文单位")),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("issued_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "-id"], name="circular_of")],
            },
        ),
        migrations.CreateModel(
            name="InspectionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="grid.inspection",
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                ("title", models.CharField(help_text="as it read when it was drawn", max_length=120)),
                (
                    "region",
                    models.ForeignKey(
                        help_text="where it is put right",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待检查"),
                            ("fine", "没有问题"),
                            ("problem", "要整改"),
                            ("rectified", "已整改，等复核"),
                            ("accepted", "整改合格"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("finding", models.CharField(blank=True, max_length=500)),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                ("due_on", models.DateField(help_text="until when it is put right", null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "problem")),
                        fields=["region", "due_on", "id"],
                        name="inspection_rectify",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("inspection", "object_id"), name="inspection_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("problem", "rectified", "accepted")), _negated=True),
                            models.Q(("due_on__isnull", False), models.Q(("finding", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="inspection_problem_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_at", None), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True), ("checked_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="inspection_item_checked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "clue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="grid.clue"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        help_text="a code of the county's list (政策措施清单)",
                        max_length=12,
                        verbose_name="措施",
                    ),
                ),
                (
                    "kind_name",
                    models.CharField(help_text="as the list named it when this was planned", max_length=30),
                ),
                (
                    "words",
                    models.CharField(
                        help_text="public in the village once announced",
                        max_length=120,
                        verbose_name="具体内容",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        help_text="the department's; empty: village",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "村镇落实中"),
                            ("sent", "已派单，等部门签收"),
                            ("accepted", "部门办理中"),
                            ("returned", "部门退回"),
                            ("done", "已落实"),
                        ],
                        default="planned",
                        max_length=8,
                    ),
                ),
                ("due_on", models.DateField(null=True, verbose_name="完成期限")),
                ("result", models.CharField(blank=True, max_length=300, verbose_name="落实情况")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["post", "state", "id"], name="measure_orders")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("post", None), ("state__in", ("planned", "done"))),
                            ("post__isnull", False),
                            _connector="OR",
                        ),
                        name="measure_sent_to_a_post",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("closed_at", None)),
                            _connector="OR",
                        ),
                        name="measure_closed_when_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureEntry",
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
                ("code", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=30, verbose_name="措施")),
                (
                    "department",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("insurance", "医保"),
                            ("housing", "住建"),
                            ("education", "教育"),
                            ("water", "水利"),
                            ("civil", "民政"),
                            ("disabled", "残联"),
                            ("labour", "人社"),
                            ("farming", "农业农村"),
                        ],
                        help_text="empty: village and township",
                        max_length=10,
                        verbose_name="责任部门",
                    ),
                ),
                (
                    "problems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("income", "收入减少或支出大增"),
                                ("medical", "看病负担重"),
                                ("education", "上学有困难"),
                                ("housing", "住房不安全"),
                                ("water", "饮水不安全"),
                                ("disaster", "灾害或意外事故"),
                                ("other", "其他变化"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=80, verbose_name="政策依据")),
                ("active", models.BooleanField(default=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("changed_at", models.DateTimeField(default=fupin.lib.clock.now)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("county", "code"), name="measure_entry_once"),
                    models.UniqueConstraint(fields=("county", "name"), name="measure_entry_name_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthClosing",
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
                        help_text="a county or a city",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("month", models.DateField(help_text="its first day")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "正在结账"), ("done", "已办完")], default="running", max_length=7
                    ),
                ),
                ("total", models.PositiveSmallIntegerField(default=0, help_text="counties to close")),
                (
                    "done",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="counties looked at, with those that failed"
                    ),
                ),
                (
                    "failures",
                    models.JSONField(default=list, help_text="[county's name, why], in plain words"),
                ),
                ("asked_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "progress_at",
                    models.DateTimeField(help_text="also the lease of the worker that has it", null=True),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["id"], name="month_closing_running"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")),
                        fields=("region",),
                        name="month_closing_one_running",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sheets", to="grid.grid"
                    ),
                ),
                ("month", models.DateField(help_text="its first day")),
                (
                    "homes",
                    models.PositiveSmallIntegerField(
                        help_text="households in the grid when it was handed in"
                    ),
                ),
                (
                    "visited",
                    models.PositiveSmallIntegerField(help_text="of these, looked in at in the month"),
                ),
                (
                    "problems",
                    models.PositiveSmallIntegerField(help_text="visits of the month that found a problem"),
                ),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("filed_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("grid", "month"), name="month_sheet_once")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "clue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="grid.clue"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("review", "核实评议公示"),
                            ("decision", "审定公告"),
                            ("measures", "帮扶措施公示"),
                        ],
                        max_length=10,
                    ),
                ),
                ("token", models.CharField(default=grid.models.notice.new_token, max_length=20, unique=True)),
                (
                    "content",
                    models.JSONField(help_text="pairs of label and value, from grid.notice_text alone"),
                ),
                ("remark", models.CharField(blank=True, max_length=120)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(help_text="last day, inclusive")),
                (
                    "posted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("posted_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("taken_down_at", models.DateTimeField(null=True)),
                ("why_down", models.CharField(blank=True, max_length=120)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_down_at", None)),
                        fields=["region", "-id"],
                        name="notice_up",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="notice_days_in_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("taken_down_at", None)),
                        fields=("clue", "kind"),
                        name="notice_once_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticePrint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "village",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "正在生成"),
                            ("done", "已生成"),
                            ("failed", "没有生成"),
                            ("forgotten", "文件已过期"),
                        ],
                        default="running",
                        max_length=9,
                    ),
                ),
                ("file", models.FileField(blank=True, upload_to=grid.models.notice_print.print_path)),
                ("total", models.PositiveIntegerField(default=0, help_text="households, one page each")),
                ("done", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("progress_at", models.DateTimeField(default=fupin.lib.clock.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["village", "-id"], name="notice_print_village"),
                    models.Index(
                        condition=models.Q(("state__in", ["running", "done"])),
                        fields=["id"],
                        name="notice_print_living",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")),
                        fields=("village",),
                        name="notice_print_one_running",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="grid.notice",
                    ),
                ),
                (
                    "number",
                    models.CharField(default=grid.models.notice.new_number, max_length=10, unique=True),
                ),
                ("words", fupin.lib.model_fields.SecretField(kind="text", verbose_name="反映的情况")),
                (
                    "phone",
                    fupin.lib.model_fields.SecretField(kind="phone", null=True, verbose_name="联系电话"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "正在核实"), ("upheld", "反映属实"), ("refuted", "反映不属实")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="答复")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True), ("answered_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="objection_answered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Problem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("technical", "技术性问题"),
                            ("policy", "政策性问题"),
                            ("other", "其他问题"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="问题")),
                (
                    "text",
                    models.CharField(help_text="no phone or ID number", max_length=1000, verbose_name="说明"),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="of the reporter's post",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
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
                ("reported_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "等待答复"), ("passed_up", "已报上级"), ("answered", "已答复")],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "省级"), (2, "市级"), (3, "县级"), (4, "乡级"), (5, "村级")],
                        help_text="where it lies now",
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="答复")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["region", "reported_at"], name="problem_region"),
                    models.Index(fields=["reported_by", "-id"], name="problem_reporter"),
                    models.Index(
                        condition=models.Q(("state", "answered"), _negated=True),
                        fields=["level", "region"],
                        name="problem_unsolved",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("state", "answered"),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "answered"), _negated=True),
                                ("answer", ""),
                                ("answered_at", None),
                                ("answered_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="problem_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", (2, 3, 4))), name="problem_level"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProblemStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="grid.problem"
                    ),
                ),
                ("action", models.CharField(max_length=10)),
                ("label", models.CharField(max_length=30)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "省级"), (2, "市级"), (3, "县级"), (4, "乡级"), (5, "村级")]
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                        help_text="the county",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("copy", "文字几乎相同"),
                            ("donor", "经办人就是捐赠人"),
                            ("device", "一台设备上短时间内多人认领"),
                            ("tiny", "多笔一元认领"),
                            ("relative", "经办人与求助家庭有关联"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="what it is about: asked once, whatever is found again", max_length=80
                    ),
                ),
                (
                    "facts",
                    models.CharField(
                        help_text="what was found, in words; no phone or ID number", max_length=300
                    ),
                ),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="the needs that show it",
                        size=None,
                    ),
                ),
                (
                    "doubtful",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="those of them that would stop counting",
                        size=None,
                    ),
                ),
                (
                    "pledges",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="the pledges that show it",
                        size=None,
                    ),
                ),
                ("found_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                (
                    "answer",
                    models.CharField(
                        choices=[("open", "待答复"), ("harmless", "没有问题"), ("excluded", "不计入任务数")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "answer", "-id"], name="question_county")],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "kind", "key"), name="question_asked_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", "open"),
                                ("answered_at", None),
                                ("answered_by", None),
                                ("reason", ""),
                            ),
                            models.Q(
                                models.Q(("answer", "open"), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="question_answered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotaRule",
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
                        help_text="a county, or a city for all its counties",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                        verbose_name="职务",
                    ),
                ),
                (
                    "villages",
                    models.CharField(
                        choices=[("all", "全部村"), ("poor", "贫困村"), ("other", "非贫困村")],
                        max_length=5,
                        verbose_name="村的范围",
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        size=None,
                    ),
                ),
                (
                    "kinds_everywhere",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        default=list,
                        help_text="kinds that count in every village of the post",
                        size=None,
                    ),
                ),
                (
                    "at_start",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="in the first month of a village", verbose_name="起始数"
                    ),
                ),
                ("monthly", models.PositiveSmallIntegerField(verbose_name="每月至少")),
                (
                    "monthly_most",
                    models.PositiveSmallIntegerField(
                        help_text="advice, no limit", null=True, verbose_name="每月参考上限"
                    ),
                ),
                (
                    "due_day",
                    models.PositiveSmallIntegerField(
                        default=25, help_text="until this day it is on time", verbose_name="按时截止日"
                    ),
                ),
                ("valid_from", models.DateField(help_text="first day of its first month")),
                ("valid_to", models.DateField(help_text="last day of its last month", null=True)),
                ("clause", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "valid_from"], name="quota_region")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_day__range", (1, 31))), name="quota_due_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="quota_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotaResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "closed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="grid.closedmonth",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quota_results",
                        to="accounts.appointment",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.quotarule"
                    ),
                ),
                ("expected", models.PositiveSmallIntegerField()),
                ("submitted", models.PositiveSmallIntegerField()),
                ("on_time", models.PositiveSmallIntegerField()),
                ("confirmed", models.PositiveSmallIntegerField()),
                ("zero_report", models.BooleanField()),
                ("needs", models.JSONField(help_text="the counted needs' ids")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("counted", "待乡镇核实"),
                            ("verified", "待县级审定"),
                            ("decided", "已审定"),
                        ],
                        default="counted",
                        max_length=8,
                    ),
                ),
                ("objection", models.CharField(blank=True, max_length=300)),
                ("objected_at", models.DateTimeField(null=True)),
                (
                    "verified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("verified_note", models.CharField(blank=True, max_length=300)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("closed", "appointment", "rule"), name="quota_result_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "counted"),
                            models.Q(("status", "verified"), ("verified_by__isnull", False)),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("status", "decided"),
                                ("verified_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="quota_result_chain",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisterCheck",
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
                ("file_name", models.CharField(max_length=120)),
                ("rows_file", models.FileField(blank=True, upload_to=grid.models.register_check.rows_path)),
                ("header_line", models.PositiveIntegerField(default=0)),
                (
                    "headings",
                    models.JSONField(default=list, help_text="of all columns: the layout of the export"),
                ),
                ("mapping", models.JSONField(default=dict, help_text="column number from 0, by key")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "等核对列名"),
                            ("running", "正在核对"),
                            ("done", "已核对"),
                            ("failed", "没有完成"),
                            ("cancel", "已取消"),
                        ],
                        default="uploaded",
                        max_length=8,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("lines", models.PositiveIntegerField(default=0)),
                ("equal", models.PositiveIntegerField(default=0, help_text="lines that say what we say")),
                (
                    "unlisted",
                    models.PositiveIntegerField(
                        default=0, help_text="differences beyond those that are kept"
                    ),
                ),
                ("created_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["county", "-id"], name="register_check_of")],
            },
        ),
        migrations.CreateModel(
            name="RegisterDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "check_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="grid.registercheck",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("here", "本地没有"),
                            ("there", "省平台没有"),
                            ("differs", "内容不同"),
                            ("broken", "看不懂"),
                        ],
                        max_length=8,
                    ),
                ),
                ("line", models.PositiveIntegerField(help_text="in the sheet, from 1", null=True)),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="needs.household",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the village",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("name", fupin.lib.model_fields.SecretField(kind="name", null=True, verbose_name="户主姓名")),
                ("fields", fupin.lib.model_fields.SecretField(kind="text", null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
                (
                    "ruling",
                    models.CharField(
                        blank=True, choices=[("ours", "本地的对"), ("theirs", "省平台的对")], max_length=6
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "report",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="needs.householdreport",
                    ),
                ),
                (
                    "ruled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ruled_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["check_of", "kind", "id"], name="register_difference_list")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruled_at", None), ("ruling", "")),
                            models.Q(models.Q(("ruling", ""), _negated=True), ("ruled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="register_difference_ruled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("there", "differs")), _negated=True),
                            ("household__isnull", False),
                            _connector="OR",
                        ),
                        name="register_difference_household",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewMeeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "clue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="grid.clue"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("villagers", "村民会议"),
                            ("delegates", "村民代表会议"),
                            ("committees", "村“两委”扩大会议"),
                        ],
                        max_length=10,
                    ),
                ),
                ("held_on", models.DateField(verbose_name="开会日期")),
                ("place", models.CharField(max_length=60, verbose_name="地点")),
                (
                    "grid_people",
                    models.JSONField(
                        default=list, help_text="[post, name, role] of leader and members there"
                    ),
                ),
                ("present", models.PositiveSmallIntegerField(verbose_name="到会人数")),
                ("agreed", models.PositiveSmallIntegerField(verbose_name="同意")),
                ("against", models.PositiveSmallIntegerField(verbose_name="不同意")),
                ("abstained", models.PositiveSmallIntegerField(verbose_name="弃权")),
                ("minutes", fupin.lib.model_fields.SecretField(kind="text", verbose_name="会议记录")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "present__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("agreed"), "+", models.F("against")
                                    ),
                                    "+",
                                    models.F("abstained"),
                                ),
                            )
                        ),
                        name="meeting_votes_of_those_present",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreMethod",
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
                        help_text="the county",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("valid_from", models.DateField(help_text="first day of a month")),
                ("weights", models.JSONField(help_text="points by ScoreItem; 100 together")),
                ("grades", models.JSONField(help_text="[least points, grade], best first, the last from 0")),
                ("need_fen", models.PositiveIntegerField(help_text="reward for each counted need, in fen")),
                (
                    "evaluation_fen",
                    models.PositiveIntegerField(help_text="reward for each evaluated delivery, in fen"),
                ),
                ("clause", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("region", "valid_from"), name="score_method_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreSheet",
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
                        help_text="the county",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("first", models.DateField(help_text="first day of its first month")),
                ("last", models.DateField(help_text="first day of its last month")),
                (
                    "method",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="grid.scoremethod",
                    ),
                ),
                (
                    "inputs_hash",
                    models.CharField(help_text="SHA-256 of method, closed months and numbers", max_length=64),
                ),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("drawn_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
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
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("region", "first", "last"), name="score_sheet_once"),
                    models.CheckConstraint(
                        condition=models.Q(("last__gte", models.F("first"))), name="score_sheet_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="score_sheet_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreRow",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="grid.scoresheet"
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
                ("numbers", models.JSONField()),
                (
                    "parts",
                    models.JSONField(
                        help_text="share by ScoreItem in hundredths of a percent; left out: nothing to score"
                    ),
                ),
                (
                    "score",
                    models.PositiveIntegerField(
                        help_text="hundredths of a point; null: nothing to score", null=True
                    ),
                ),
                ("grade", models.CharField(max_length=10)),
                ("reward_fen", models.PositiveIntegerField()),
                ("comment", models.CharField(blank=True, max_length=300, verbose_name="乡镇意见")),
                ("objection", models.CharField(blank=True, max_length=300, verbose_name="村里异议")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="县里答复")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("sheet", "region"), name="score_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer", ""), models.Q(("objection", ""), _negated=True), _connector="OR"
                        ),
                        name="score_answers_objection",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubsidyRate",
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
                        help_text="a county or a city",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
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
                ("fen", models.PositiveIntegerField(help_text="for a whole month, in fen")),
                (
                    "basis",
                    models.CharField(
                        choices=[("days", "按在岗天数"), ("work", "按在岗天数和完成比例")],
                        max_length=4,
                        verbose_name="发放方式",
                    ),
                ),
                ("valid_from", models.DateField(help_text="first day of its first month")),
                ("valid_to", models.DateField(help_text="last day of its last month", null=True)),
                ("clause", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["region", "valid_from"], name="rate_region")],
            },
        ),
        migrations.CreateModel(
            name="SubsidyLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "closed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subsidies",
                        to="grid.closedmonth",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subsidies",
                        to="accounts.appointment",
                    ),
                ),
                (
                    "rate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.subsidyrate"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("regular", "本月"), ("adjustment", "补差"), ("correction", "异议更正")],
                        max_length=10,
                    ),
                ),
                (
                    "month",
                    models.DateField(
                        help_text="the month it is for; an adjustment's lies before the closed one"
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        help_text="days on duty that were counted for this post"
                    ),
                ),
                (
                    "asked",
                    models.PositiveSmallIntegerField(
                        help_text="needs asked for over all posts of the person"
                    ),
                ),
                ("done", models.PositiveSmallIntegerField()),
                ("base", models.PositiveIntegerField(help_text="fen for the days alone")),
                ("fen", models.IntegerField(help_text="negative where an adjustment takes back")),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("closed", "appointment", "rate", "month", "kind"), name="subsidy_line_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SubsidyObjection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objection",
                        to="grid.subsidyline",
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("answer", models.CharField(blank=True, max_length=300)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "correction_fen",
                    models.IntegerField(default=0, help_text="owed (or, negative, to be taken back)"),
                ),
                (
                    "booked_in",
                    models.ForeignKey(
                        help_text="the month whose statement carries the correction",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.closedmonth",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None)),
                        fields=["made_at"],
                        name="subsidy_objection_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at", None),
                                ("answered_by", None),
                                ("booked_in", None),
                                ("correction_fen", 0),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="subsidy_objection_answered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TownshipLeader",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "township",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaders",
                        to="accounts.region",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="townships",
                        to="accounts.appointment",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("township", "post"),
                        name="township_leader_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="needs.household",
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="grid.grid",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.region",
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
                    "visitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("on", models.DateField(verbose_name="走访日期")),
                (
                    "channel",
                    models.CharField(
                        choices=[("home", "入户"), ("phone", "电话"), ("wechat", "微信")],
                        max_length=6,
                        verbose_name="方式",
                    ),
                ),
                ("away", models.BooleanField(default=False, verbose_name="长期不在家")),
                (
                    "points",
                    models.JSONField(
                        default=dict, help_text="answer by point; a point left out was not asked about"
                    ),
                ),
                ("has_problem", models.BooleanField(default=False)),
                ("note", fupin.lib.model_fields.SecretField(kind="text", null=True, verbose_name="情况说明")),
                ("photo", models.FileField(blank=True, upload_to=grid.models.visit.visit_photo_path)),
                (
                    "settled",
                    fupin.lib.model_fields.SecretField(kind="text", null=True, verbose_name="解决情况"),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["household", "-on", "-id"], name="visit_household"),
                    models.Index(fields=["grid", "on", "id"], name="visit_grid_month"),
                    models.Index(fields=["region", "-id"], name="visit_village"),
                    models.Index(
                        condition=models.Q(("has_problem", True)),
                        fields=["county", "-id"],
                        name="visit_problem",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled__isnull", True), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("has_problem", True),
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="visit_settles_a_problem",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WarningList",
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
                    "department",
                    models.CharField(
                        choices=[
                            ("insurance", "医保"),
                            ("housing", "住建"),
                            ("education", "教育"),
                            ("water", "水利"),
                            ("civil", "民政"),
                            ("disabled", "残联"),
                            ("labour", "人社"),
                            ("farming", "农业农村"),
                        ],
                        max_length=10,
                    ),
                ),
                ("topic", models.CharField(max_length=60, verbose_name="预警内容")),
                ("file_name", models.CharField(max_length=120)),
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
                    "forgotten_at",
                    models.DateTimeField(help_text="when the names of the unmatched were deleted", null=True),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["county", "department", "-id"], name="warning_list_of")],
            },
        ),
        migrations.CreateModel(
            name="WarningBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="grid.warninglist",
                    ),
                ),
                (
                    "township",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                ("sent_at", models.DateTimeField(default=fupin.lib.clock.now)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["township", "done_at", "id"], name="warning_batch_queue")],
                "constraints": [
                    models.UniqueConstraint(fields=("list", "township"), name="warning_batch_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskWarning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="grid.warninglist",
                    ),
                ),
                ("line", models.PositiveIntegerField(help_text="in the sheet, from 1")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unreadable", "看不懂"),
                            ("unmatched", "没有在册家庭"),
                            ("sent", "乡镇核实中"),
                            ("confirmed", "有风险"),
                            ("cleared", "没有风险"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="grid.warningbatch",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to="needs.household",
                    ),
                ),
                ("name", fupin.lib.model_fields.SecretField(kind="name", null=True, verbose_name="姓名")),
                (
                    "reason",
                    fupin.lib.model_fields.SecretField(kind="text", null=True, verbose_name="预警原因"),
                ),
                ("note", models.CharField(blank=True, help_text="for the department", max_length=200)),
                (
                    "clue",
                    models.ForeignKey(
                        help_text="what a confirmed one became",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to="grid.clue",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("verified_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["list", "state", "id"], name="risk_warning_list"),
                    models.Index(fields=["batch", "id"], name="risk_warning_batch"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("list", "line"), name="risk_warning_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("batch", None),
                                ("household", None),
                                ("state__in", ("unreadable", "unmatched")),
                            ),
                            models.Q(
                                ("batch__isnull", False),
                                ("household__isnull", False),
                                ("state__in", ("sent", "confirmed", "cleared")),
                            ),
                            _connector="OR",
                        ),
                        name="risk_warning_matched",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("confirmed", "cleared")), ("verified_at__isnull", False)),
                            models.Q(
                                models.Q(("state__in", ("confirmed", "cleared")), _negated=True),
                                ("verified_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="risk_warning_verified",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ZeroReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="zero_reports",
                        to="accounts.appointment",
                    ),
                ),
                ("month", models.DateField(help_text="its first day")),
                ("reason", models.CharField(max_length=300)),
                ("signed_at", models.DateTimeField(default=fupin.lib.clock.now, editable=False)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("appointment", "month"), name="zero_report_once")
                ],
            },
        ),
        append_only("grid_cluestep"),
        append_only("grid_reviewmeeting"),
        append_only("grid_subsidyline"),
        append_only("grid_problemstep"),
    ]
