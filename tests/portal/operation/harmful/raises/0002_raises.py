from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("harmful", "0001_changes")]
    operations = [migrations.RunSQL("UPDATE there_is_no_such_table SET x = 1")]
