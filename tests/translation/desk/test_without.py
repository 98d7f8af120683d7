"""Without the desk the portal runs, shows nothing that was withdrawn, and loses no text; with it again, all is known as before."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

from tests import support

MAKE = """
from django.contrib.auth.models import User
from tests.builders import make_content_page, make_home, make_section, translate
from translation.desk.models import Notice, NoticeChoice, Order, OrderItem
section = make_section(make_home())
for title in ("Erste", "Zweite", "Dritte"):
    page = make_content_page(section, title, lead="Ein Satz.")
    for code in ("en", "ar"):
        translate(page, code, title=f"{title} {code}")
    if title == "Erste":
        page.lead, page.form_values = "Alles ist anders.", {"effect": "wrong"}
        page.save_revision().publish()
    # Of pages and people that go while the desk is not there it knows something.
    user = User.objects.get_or_create(username="uebersetzung")[0]
    order = Order.objects.create(creator=user, assignee=user)
    OrderItem.objects.create(order=order, page=page, locale=page.locale)
    Notice.objects.create(user=user, order=order, page=page, locale=page.locale, kind="assigned")
    NoticeChoice.objects.get_or_create(user=user)
"""
FIND = """
import json
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from home.models import ContentPage
from tests.builders import publish, translate
client = Client()
def page(title, code="de"):
    key = ContentPage.objects.get(locale__language_code="de", title=title).translation_key
    return ContentPage.objects.get(translation_key=key, locale__language_code=code)
def read(title):
    return {code: "EN Ein Satz." in client.get(page(title, code).get_url()).content.decode() for code in ("en", "ar")}
"""
WITHOUT = """
found = {"withdrawn": read("Erste"), "other": read("Zweite"), "text": page("Erste", "en").lead}
client.force_login(User.objects.create_superuser("admin"))
edit = client.get(reverse("wagtailadmin_pages:edit", args=[page("Erste").pk]))
found["admin"] = [edit.status_code, 'name="effect"' in edit.content.decode(), client.get("/admin/").status_code]
page("Dritte").delete()
User.objects.get(username="uebersetzung").delete()
other = page("Zweite")
other.lead = "Ein anderer Satz."
publish(other)
translate(page("Erste"), "en", title="Erste en")
found["anew"] = ["EN Alles ist anders." in client.get(page("Erste", code).get_url()).content.decode() for code in ("en", "ar")]
print("FOUND", json.dumps(found))
"""
WITH = """
from translation.desk import matrix, models, states
from translation.desk.wagtail_hooks import store_missing_states
from wagtail.models import Locale, Page
store_missing_states(print)
def state(title, code):
    ((cell,),) = matrix.cells([page(title).translation_key], [Locale.objects.get(language_code=code)]).values()
    return cell.state.value
found = {code: [state(title, code) for title in ("Erste", "Zweite")] for code in ("en", "ar")}
found["text"] = page("Erste", "ar").lead
found["rows"] = models.SourceTexts.objects.count() - Page.objects.filter(source_texts__isnull=False).count()
orders = models.Order.objects
found["orders"] = [orders.count(), orders.exclude(creator=None, assignee=None).count(), models.OrderItem.objects.count(),
                   models.Notice.objects.count(), models.NoticeChoice.objects.count()]
publish(page("Zweite"))
found["later"] = state("Zweite", "en")
print("FOUND", json.dumps(found))
"""


def test_the_portal_runs_without_the_desk_and_loses_no_text(migrated: support.State, tmp_path: Path) -> None:
    database = migrated.database and f"{support.run_name()}_without_{support.worker_name()}"
    folder = tmp_path / "state"
    shutil.copytree(migrated.folder, folder)
    if database:
        support.create_database(database, template=migrated.database)

    def run(code: str, **values: str) -> dict[str, object]:
        environment = support.environment(folder, database, **{"DJANGO_SETTINGS_MODULE": "portal.settings.test", **values})
        with contextlib.closing(support.Portal("", folder, environment)) as portal:
            said = portal.manage("shell", "-v0", "-c", code)
        return json.loads(next((line for line in said.splitlines() if line.startswith("FOUND")), "FOUND {}").removeprefix("FOUND"))

    own = {"DJANGO_SETTINGS_MODULE": "tests.translation.desk.without"}
    try:
        run(MAKE)
        assert run(FIND + WITHOUT, **own) == {
            "withdrawn": {"en": False, "ar": False},
            "other": {"en": True, "ar": True},
            "text": "EN Ein Satz.",
            "admin": [200, False, 200],
            "anew": [True, False],
        }
        with contextlib.closing(support.Portal("", folder, support.environment(folder, database, **own))) as portal:
            portal.manage("check")
        assert run(FIND + WITH) == {
            "en": ["out_of_date", "translated"],
            "ar": ["withdrawn", "translated"],
            "text": "EN Ein Satz.",
            "rows": 0,
            "orders": [3, 0, 2, 0, 0],
            "later": "out_of_date",
        }
    finally:
        if database:
            support.drop_database(database)
