from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("harmful", "0001_changes")]
    operations = [migrations.RunSQL("UPDATE wagtailcore_page SET live = (1 = 0) WHERE slug = 'kontakt'")]
