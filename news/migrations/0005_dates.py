"""Blocks changed; since then migrations do not know them (`portal.blocks.fields`)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('news', '0004_kinds')]
