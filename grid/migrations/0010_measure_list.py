from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fupin.lib.clock

# The kinds that measures could have before the counties kept their own list.
NAMES = {
    "allowance": "低保、特困、临时救助",
    "insurance": "医保报销、大病救助",
    "school": "教育资助",
    "house": "危房改造、住房安置",
    "water": "饮水工程、维修",
    "job": "就业帮扶、公益岗位",
    "training": "技能培训",
    "farming": "产业帮扶、小额信贷",
    "disabled": "残疾人补贴、辅具、康复",
    "society": "社会帮扶、慈善救助",
    "care": "结对帮扶、探访照料",
}


def name_kinds(apps: Any, schema_editor: Any) -> None:
    for code, name in NAMES.items():
        apps.get_model("grid", "Measure").objects.filter(kind=code).update(kind_name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_visit_verb"),
        ("grid", "0009_clue_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="kind_name",
            field=models.CharField(
                default="", help_text="as the list named it when this was planned", max_length=30
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="measure",
            name="kind",
            field=models.CharField(
                help_text="a code of the county's list (政策措施清单)", max_length=12, verbose_name="措施"
            ),
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
                ("changed_at", models.DateTimeField(default=fupin.lib.clock.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("county", "code"), name="measure_entry_once"),
                    models.UniqueConstraint(fields=("county", "name"), name="measure_entry_name_once"),
                ],
            },
        ),
        migrations.AlterField(
            model_name="registercheck",
            name="state",
            field=models.CharField(
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
    ]
