from django.db import migrations


def forget_time_zones(apps, schema_editor):
    """Times in the admin are those of the portal's time zone for everybody."""
    apps.get_model("wagtailusers", "UserProfile").objects.exclude(current_time_zone="").update(current_time_zone="")


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0015_release"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
    ]

    operations = [migrations.RunPython(forget_time_zones, migrations.RunPython.noop, elidable=True)]
