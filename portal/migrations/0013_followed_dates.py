from django.db import migrations


def follow_dates(apps, schema_editor):
    """Versions that follow a German page have its dates; aliases of a page that is offline are offline."""
    Page = apps.get_model("wagtailcore", "Page")
    Translation = apps.get_model("wagtail_localize", "Translation")
    followed = set(Translation.objects.filter(enabled=True).values_list("source__object_id", "target_locale_id"))
    sources = {}
    for page in Page.objects.filter(locale__language_code="de").only("translation_key", "go_live_at", "expire_at", "live"):
        sources[page.translation_key] = page
    others = Page.objects.exclude(locale__language_code="de").only("translation_key", "go_live_at", "expire_at", "locale_id", "alias_of_id")
    for page in others:
        source = sources.get(page.translation_key)
        if source is None or (page.alias_of_id is None and (page.translation_key, page.locale_id) not in followed):
            continue
        if (page.go_live_at, page.expire_at) != (source.go_live_at, source.expire_at):
            Page.objects.filter(pk=page.pk).update(go_live_at=source.go_live_at, expire_at=source.expire_at)
    aliases = Page.objects.filter(alias_of__live=False, alias_of__go_live_at__isnull=False, live=True)
    Page.objects.filter(pk__in=list(aliases.values_list("pk", flat=True))).update(live=False)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0012_edited_at"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(follow_dates, migrations.RunPython.noop, elidable=True)]
