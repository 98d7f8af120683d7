"""Blocks changed; since then migrations do not know them (`portal.blocks.fields`)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('home', '0003_remove_welcome_page')]
