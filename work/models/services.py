"""Services, each answering the same questions, and the list of them all."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import facts
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.discovery.head import ORGANIZATION
from portal.language.choices import TextChoices
from portal.listing.declarations import BY_NAME, Listing, Schema
from portal.listing.pages import IndexPage, ListedPage
from portal.models import BasePage, ExplanationMixin
from portal.pages import links, versions
from work import change_notes
from work.answers import ANSWER_BLOCKS, QUESTIONS, Answer, answers
from work.forms import ServicePageForm

ANSWER_FIELDS = tuple(question.field for question in QUESTIONS)


class Audience(TextChoices):
    """Whom a service is for, in the first place."""

    FAMILIES = "families", _("Families who want to live together")
    RETURNING = "returning", _("People who are thinking about returning")
    REFUGEES = "refugees", _("People who seek protection")
    EXPLOITED = "exploited", _("People affected by exploitation or violence")
    CHILDREN = "children", _("Children and young people")
    STUDENTS = "students", _("Students and volunteers")
    PROFESSIONALS = "professionals", _("Advice centres and authorities")


class Status(TextChoices):
    """What stands in the way of a service; nothing where there is one."""

    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")


class ServiceIndexPage(IndexPage):
    """All services of a language, whatever theme they lie in, filtered by topic and by whom they are for."""

    lists_whole_kind = True
    illustration_default: ClassVar[str] = Illustration.COUNSELLING
    parent_page_types: ClassVar[list[str]] = ["home.OurWorkPage"]
    subpage_types: ClassVar[list[str]] = []
    max_count_per_parent = 1
    template = "pages/service_index_page.html"
    page_description = pgettext_lazy("admin", "The list of all services, with filters. It keeps itself up to date.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "list of services")
        verbose_name_plural = pgettext_lazy("admin", "lists of services")

    @classmethod
    def listed_models(cls) -> list[type[Page]]:
        """Return what the list is of; nothing lies below it."""
        return [ServicePage]


class ServicePage(ExplanationMixin, ListedPage):
    """Something that people come for: seven questions, each with its answer and its sources."""

    audience = models.CharField(
        pgettext_lazy("admin", "for whom"),
        max_length=20,
        choices=Audience.as_choices,
        blank=True,
        help_text=pgettext_lazy("admin", "Whom the service is for in the first place. Visitors can filter by it."),
    )
    status = models.CharField(
        pgettext_lazy("admin", "restriction"),
        max_length=20,
        choices=Status.as_choices,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "Choose something only if the service cannot be used at present. The page says so at its top, and the lists do."
        ),
    )
    responsible = models.CharField(
        pgettext_lazy("admin", "who is responsible"),
        max_length=150,
        blank=True,
        help_text=pgettext_lazy("admin", "The authority or organisation that decides or provides the service, by its full name."),
    )
    eligibility = StreamField(
        ANSWER_BLOCKS,
        verbose_name=pgettext_lazy("admin", "Is this for me?"),
        blank=True,
        help_text=pgettext_lazy(
            "admin", "Who can use the service, and who cannot. Name the source of what concerns rights. Left empty, nothing is shown."
        ),
    )
    benefits = StreamField(
        ANSWER_BLOCKS,
        verbose_name=pgettext_lazy("admin", "What do I get?"),
        blank=True,
        help_text=pgettext_lazy("admin", "What is done for people, and what is not. Amounts of money need a source with its date."),
    )
    requirements = StreamField(
        ANSWER_BLOCKS,
        verbose_name=pgettext_lazy("admin", "What do I need?"),
        blank=True,
        help_text=pgettext_lazy("admin", "Papers and conditions, best as a list."),
    )
    costs = StreamField(
        ANSWER_BLOCKS,
        verbose_name=pgettext_lazy("admin", "What does it cost?"),
        blank=True,
        help_text=pgettext_lazy("admin", "What people pay, to whom; say so too if it is free."),
    )
    duration = StreamField(
        ANSWER_BLOCKS,
        verbose_name=pgettext_lazy("admin", "How long does it take?"),
        blank=True,
        help_text=pgettext_lazy("admin", "Waiting times and deadlines, with their source. Nothing is better than a guess."),
    )
    next_steps = StreamField(
        ANSWER_BLOCKS,
        verbose_name=pgettext_lazy("admin", "What do I do next?"),
        blank=True,
        help_text=pgettext_lazy("admin", "The steps in their order, and where to turn to for the first one."),
    )
    alternatives = StreamField(
        ANSWER_BLOCKS,
        verbose_name=pgettext_lazy("admin", "Who helps if this is not for me?"),
        blank=True,
        help_text=pgettext_lazy("admin", "Other places that help, with links."),
    )

    change_note = models.CharField(
        pgettext_lazy("admin", "What changes for readers?"),
        max_length=200,
        blank=True,
        help_text=pgettext_lazy(
            "admin",
            "One line, if there is something to tell: “The fee is now 60 euros.” It is shown on the page with the day on which the change "
            "goes online, and listed under “Changes”. Left empty, nothing is said.",
        ),
    )

    reserved_anchors: ClassVar[frozenset[str]] = frozenset(question.anchor for question in QUESTIONS)
    exclude_fields_in_copy: ClassVar[list[str]] = ["change_note"]
    base_form_class = ServicePageForm
    illustration_default: ClassVar[str] = Illustration.COUNSELLING
    parent_page_types: ClassVar[list[str]] = ["work.ThemePage", "home.TakePartPage"]
    subpage_types: ClassVar[list[str]] = ["home.ContentPage"]
    template = "pages/service_page.html"
    page_description = pgettext_lazy("admin", "Something that people come for: seven questions, each with its answer.")

    listing = Listing(
        kind="service",
        label=_("Service"),
        plural=_("Services"),
        all_label=_("All services"),
        further_label=_("Further services"),
        empty_label=_("There are no services here yet."),
        order=BY_NAME,
        filters=("topics", "audience"),
        facts=("status", "audience", "responsible", "topics", "regions"),
        labels={"audience": _("For whom"), "status": _("Status"), "responsible": _("Responsible")},
        schema=Schema("GovernmentService", provider="schema_provider", audience="schema_audience"),
        records={name: name for name in ("audience", "status", "responsible", *ANSWER_FIELDS)},
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *ExplanationMixin.lead_panels,
        FieldRowPanel([FieldPanel("audience"), FieldPanel("status")]),
        FieldPanel("responsible"),
        MultiFieldPanel(
            [FieldPanel(name) for name in ANSWER_FIELDS],
            pgettext_lazy("admin", "Answers"),
            help_text=pgettext_lazy(
                "admin",
                "Visitors read the questions in their language, in this order. A question without an answer is not shown. Each answer may "
                "end with its sources.",
            ),
        ),
        *ExplanationMixin.body_panels,
        *ExplanationMixin.sources_panels,
        *ExplanationMixin.related_panels,
        FieldPanel("change_note"),
    ]
    promote_panels: ClassVar[list] = [*ExplanationMixin.explanation_promote_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *ExplanationMixin.explanation_search_fields,
        index.SearchField("responsible"),
        index.SearchField("eligibility"),
        index.SearchField("benefits"),
        index.SearchField("requirements"),
        index.SearchField("costs"),
        index.SearchField("duration"),
        index.SearchField("next_steps"),
        index.SearchField("alternatives"),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *ExplanationMixin.explanation_translatable_fields,
        SynchronizedField("audience", overridable=False),
        SynchronizedField("status", overridable=False),
        TranslatableField("responsible"),
        *(TranslatableField(name) for name in ANSWER_FIELDS),
        TranslatableField("change_note"),
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "service")
        verbose_name_plural = pgettext_lazy("admin", "services")

    @property
    def change_notes(self) -> tuple[change_notes.Note, ...]:
        """Return what changed for readers, newest first."""
        return change_notes.of_page(self.pk) if self.pk else ()

    @property
    def card_kind(self) -> str:
        """Return the word above a card's title; what stands in the way of the service is said there too."""
        if not self.status:
            return super().card_kind
        return gettext("%(kind)s (%(status)s)") % {"kind": super().card_kind, "status": self.get_status_display()}

    @property
    def state_notice(self) -> dict[str, str]:
        """Return what stands at the top of a service that cannot be used."""
        texts = {Status.SUSPENDED: gettext("This service is suspended at present."), Status.ENDED: gettext("This service has ended.")}
        return {"level": "warning", "heading": texts[Status(self.status)]} if self.status else {}

    @cached_property
    def answers(self) -> list[Answer]:
        """Return the answers that there are, in the order of the questions."""
        values = ((question, facts.body(getattr(self, question.field))) for question in QUESTIONS)
        return list(answers(values, versions.untranslated_in(self)))

    @property
    def headings(self) -> list[dict[str, str]]:
        """Return the questions that are answered, and the headings of the text below them."""
        questions = [{"text": answer.question, "anchor": answer.anchor, "language": ""} for answer in self.answers]
        return [*questions, *super().headings]

    def heading_above(self, name: str) -> tuple[str, str]:
        """Return the question that a field answers, with its anchor."""
        found = ((str(question.text), question.anchor) for question in QUESTIONS if question.field == name)
        return next(found, super().heading_above(name))

    @property
    def schema_provider(self) -> dict[str, str]:
        """Return who provides the service, for machines."""
        return {"@type": "Organization", "name": self.responsible} if self.responsible else ORGANIZATION

    @property
    def schema_audience(self) -> dict[str, str]:
        """Return whom the service is for, for machines."""
        return {"@type": "Audience", "audienceType": str(self.get_audience_display())} if self.audience else {}

    def list_address(self) -> str:
        """Return where all services are listed for the reader; nothing where they are listed nowhere."""
        index_page = ServiceIndexPage.objects.filter(locale_id=self.locale_id).order_by("path").only("pk").first()
        link: Any = links.resolve_one(index_page.pk) if index_page is not None else None
        return link.plain().address if link is not None else ""
