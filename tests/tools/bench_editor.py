"""What the editor of a translation costs: opening 500 texts, beside wagtail-localize's own editor, and finding texts that are alike.

Called by `tests.tools.bench_translation`, in a copy of a prepared portal: it writes pages and texts.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.tools.bench_looks import OURS, STOCK, Look, Seen

TEXTS = 500
MOST_QUERIES, MOST_MS = 30, 500
STRINGS, MOST_ALIKE_MS = 100_000, 50
TURNS = 5


def make_translation(texts: int) -> Any:
    """Return the Ukrainian translation of a new page of so many texts, half of them translated."""
    from wagtail.models import Locale
    from wagtail_localize.models import StringSegment, StringTranslation, Translation

    from home.models import ContentPage, OurWorkPage
    from translation import cascades
    from translation.upstream import bulk

    section = OurWorkPage.objects.get(locale__language_code="de")
    page = ContentPage(title=f"Editor {texts}", lead="Worum es geht.", live=False)
    body = [{"type": "text", "value": f"<p>Satz {line} der langen Seite, mit <b>einem</b> Wort.</p>"} for line in range(texts - 2)]
    page.body = ContentPage._meta.get_field("body").to_python(body)
    section.add_child(instance=page)
    page.save_revision().publish()
    cascades.make_followers(page)
    source = bulk.write_sources([page])[page.translation_key].source
    target = Locale.objects.get(language_code="uk")
    bulk.open_translations([(source, target.pk)])
    half = StringSegment.objects.filter(source=source).order_by("order").select_related("string")[: texts // 2]
    StringTranslation.objects.bulk_create(
        StringTranslation(
            translation_of=one.string,
            context_id=one.context_id,
            locale=target,
            data=f"Речення: {one.string.data}",
            translation_type="manual",
        )
        for one in half
    )
    return Translation.objects.get(source=source, target_locale=target)


def cost(work: Callable[[], object]) -> tuple[int, float, float]:
    """Return how many queries something takes, and how many milliseconds of this process and of the database, the least of some turns."""
    from tests.tools.bench_search.measures import Clock
    from tests.tools.bench_translation import counted

    taken = []
    for _turn in range(TURNS):
        with counted() as queries:
            clock = Clock()
            work()
            taken.append(clock.parts())
    python, database = min(taken, key=sum)
    return queries[0], 1000 * python, 1000 * database


def make_strings(number: int) -> None:
    """Write so many German texts of five to thirty words."""
    from uuid import uuid4

    from wagtail.models import Locale
    from wagtail_localize.models import String

    german, chosen = Locale.objects.get(language_code="de"), random.Random(7)  # noqa: S311
    starts, ends = ("Ver", "Bei", "Auf", "Ent", "Um", "An"), ("stand", "trag", "hilfe", "recht", "zug", "land")
    words = [f"{start}{end}" for start in starts for end in ends]
    texts = (" ".join(chosen.choices(words, k=chosen.randint(5, 30))) for _number in range(number))
    String.objects.bulk_create((String(locale=german, data=text, data_hash=uuid4()) for text in texts), batch_size=5000)


LOOKS = (
    Look(f"open {TEXTS} texts", "a long page is opened", "translation_editor | wagtailadmin_pages:edit", TEXTS, MOST_QUERIES, MOST_MS),
    # All are compared; none of them is translated on a page that is published.
    Look(f"alike among {STRINGS} texts", "the text in focus is known already", "memories.alike", 0, None, MOST_ALIKE_MS),
)


def measure() -> list[Seen]:
    """Return what each look takes."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse

    from translation.desk import memories

    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.create_superuser("bench-editor"))
    one = make_translation(TEXTS)
    addresses = {
        OURS: reverse("translation_editor", args=[one.pk]),
        STOCK: reverse("wagtailadmin_pages:edit", args=[one.get_target_instance().pk]),
    }
    opened, asked = LOOKS
    found = []
    for side, address in addresses.items():
        text = client.get(address).content
        number = max(text.count(b'data-segment="'), text.count(b"&quot;contentPath&quot;"))
        found.append(Seen(opened.name, side, *cost(lambda address=address: client.get(address)), number))
    make_strings(STRINGS)
    text = one.source.stringsegment_set.select_related("string").last().string.data
    number = len(memories.alike(one, text))
    found.append(Seen(asked.name, OURS, *cost(lambda: memories.alike(one, text)), number))
    return found
