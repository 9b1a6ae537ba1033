from django.db import migrations

GRID_ROLES = ("grid_leader", "grid_member")


def narrow_grid_posts(apps, schema_editor):
    """Grid people keep `visit` alone: a grid post once opened its whole village.

    Their rows are rewritten where they hold no other post on that region that is not ended.
    """
    models = {
        name: apps.get_model("accounts", name) for name in ("Appointment", "Region", "RegionPermission")
    }
    posts = models["Appointment"].objects.filter(ended_at=None)
    held = posts.filter(role__in=GRID_ROLES).values_list("user_id", "region_id").distinct()
    if not held:
        return
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="accounts", model="region"
    )
    visit, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename="visit", defaults={"name": "走访"}
    )
    for user, region in held:
        rows = models["RegionPermission"].objects.filter(user_id=user, content_object_id=region)
        if not posts.filter(user_id=user, region_id=region).exclude(role__in=GRID_ROLES).exists():
            rows.exclude(permission=visit).delete()
        rows.get_or_create(user_id=user, content_object_id=region, permission_id=visit.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_donor_profile"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="region",
            options={
                "default_permissions": (),
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
            },
        ),
        migrations.RunPython(narrow_grid_posts, migrations.RunPython.noop),
    ]
