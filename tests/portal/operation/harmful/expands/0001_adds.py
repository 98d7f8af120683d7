from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("wagtailcore", "0001_initial"), ("portal", "0001_squashed_0016_one_time_zone")]
    operations = [migrations.RunSQL("CREATE TABLE harmful_added (id integer)")]
