"""Where somebody says what a change of the source means for its versions: in the form of a page, and when pages are published in bulk.

It is kept with the revision (`ChangeEffect`), so that whoever publishes that, at whatever time, applies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.models import Page, Revision

from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.pages import versions
from translation.views.publish import PublishPagesAction

from .effects import Effect
from .models import ChangeEffect

FIELD = "effect"


def chosen_for(revision: Revision | None) -> Effect:
    """Return what somebody said of a revision; that of the change itself where nobody did."""
    found = ChangeEffect.objects.filter(revision=revision).first() if revision is not None else None
    return Effect(found.effect) if found is not None else Effect.BY_CHANGE


def versions_of(pages: Iterable[Page]) -> QuerySet:
    """Return the finished versions of pages of the source."""
    keys = [page.translation_key for page in pages if page.pk and page.alias_of_id is None and page.locale.language_code == SOURCE_LANGUAGE]
    return versions.once_finished(Page.objects.filter(translation_key__in=keys).exclude(locale__language_code=SOURCE_LANGUAGE))


def _since_publication(page: Page) -> ChangeEffect | None:
    """Return what was last said of a page's drafts that were not published yet."""
    revisions = Revision.page_revisions.filter(object_id=str(page.pk))
    if page.live_revision_id:
        revisions = revisions.filter(pk__gt=page.live_revision_id)
    return ChangeEffect.objects.filter(revision__in=revisions).order_by("-revision__created_at", "-revision").first()


def said_of(pages: Sequence[Page]) -> dict[int, Effect]:
    """Return what was said of drafts of pages, where that is more than that the change itself tells. One query."""
    rows = ChangeEffect.objects.filter(revision__in=Revision.page_revisions.filter(object_id__in=[str(page.pk) for page in pages]))
    published = {page.pk: page.live_revision_id or 0 for page in pages}
    last = {
        int(object_id): Effect(effect)
        for object_id, revision_id, effect in rows.order_by("revision__created_at", "revision").values_list(
            "revision__object_id", "revision_id", "effect"
        )
        if revision_id > published[int(object_id)]
    }
    return {pk: effect for pk, effect in last.items() if effect != Effect.BY_CHANGE}


class EffectWidget(forms.RadioSelect):
    """Radio buttons below the question. Wagtail writes a field that is no model's at the end of the form, below all tabs, by its widget."""

    template_name = "translation_desk/effect.html"
    question = pgettext_lazy("admin", "What does the change mean for the other languages?")
    languages: Sequence[str] = ()
    said: Sequence[tuple[str, str]] = ()

    def get_context(self, name: str, value: object, attrs: dict[str, object] | None) -> dict[str, object]:
        """Add the question, the languages in which there are versions, and what was said of which draft."""
        more = {"question": self.question, "languages": self.languages, "said": self.said}
        return {**super().get_context(name, value, attrs), **more}


class EffectField(forms.ChoiceField):
    """What becomes of the versions; what nobody answered is empty."""

    def __init__(self, languages: Sequence[str] = (), **kwargs: object) -> None:
        widget = EffectWidget(attrs={"data-no-draft": True})
        super().__init__(choices=Effect.choices, widget=widget, required=False, label=EffectWidget.question, **kwargs)
        self.widget.languages = languages

    def has_changed(self, initial: object, data: object) -> bool:
        """Return that nothing of the page changes by an answer: of what is approved with another one it is the same text."""
        return False


# --- in the form of a page -------------------------------------------------------------------------------------------------


def extend_form(form: ModelForm) -> None:
    """Ask in the form of a page that has finished versions, and show to whoever opens it next what was said."""
    page = form.instance
    if not page.pk or not (found := versions_of([page]).select_related("locale")):
        return
    kept = _since_publication(page)
    codes = {version.locale.language_code for version in found}
    languages = [language.name for language in LANGUAGES if language.code in codes]
    form.fields[FIELD] = EffectField(languages, initial=kept.effect if kept is not None else Effect.BY_CHANGE.value)


def keep_with_revision(page: Page, revision: Revision) -> None:
    """Keep what was said with the revision that is saved; a draft on top of another one keeps what was said of that."""
    said = getattr(page, "form_values", {}).get(FIELD)
    if not said and page.locale.language_code == SOURCE_LANGUAGE:
        earlier = _since_publication(page)
        said = earlier.effect if earlier is not None else None
    if said:
        ChangeEffect.objects.update_or_create(revision=revision, defaults={"effect": said})


def keep_of_approver(request: HttpRequest, page: Page) -> None:
    """Keep what somebody says who approves a page in its editor with what waits: Wagtail saves nothing where no text is another one."""
    said, name = request.POST.get(FIELD), request.POST.get("workflow-action-name")
    if said not in Effect.values or name != "approve" or page.current_workflow_task is None:
        return
    if name in {action for action, _label, _modal in page.current_workflow_task.get_actions(page, request.user)}:
        revision = page.current_workflow_task_state.revision
        ChangeEffect.objects.update_or_create(revision=revision, defaults={"effect": said})


# --- in bulk ---------------------------------------------------------------------------------------------------------------


class BulkForm(forms.Form):
    """Asks once for all pages that are published together.

    Args:
        said: titles of drafts and what was said of them. That holds unless somebody says something else of all.
    """

    effect = EffectField()

    def __init__(self, *args: object, said: Sequence[tuple[str, str]] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if said:
            self.fields[FIELD].choices = [("", pgettext("admin, effect", "For each page what was said with its draft")), *Effect.choices]
            self.fields[FIELD].widget.said = said
        self.initial = {FIELD: "" if said else Effect.BY_CHANGE.value}


class PublishPagesWithQuestion(PublishPagesAction):
    """Publishes pages, and asks what their changes mean for their versions."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Ask where any of the pages has a finished version."""
        context = super().get_context_data(**kwargs)
        pages = [item["item"] for item in context["items"]]
        below = [page for page in pages if page.get_descendants().not_live().exists()]
        drafts = [draft for page in below for draft in page.get_descendants().not_live().select_related("locale")]
        with_versions = set(versions_of([*pages, *drafts]).values_list("translation_key", flat=True))
        if not with_versions:
            return context
        asked = {page.pk: page for page in [*pages, *drafts] if page.translation_key in with_versions}
        effects = said_of(list(asked.values()))
        form = BulkForm(said=[(asked[pk].get_admin_display_title(), effect.label) for pk, effect in effects.items()])
        return {**context, "question": form[FIELD]}

    def get_execution_context(self) -> dict[str, object]:
        """Say what was answered; what is no answer is none."""
        form = BulkForm(self.request.POST)
        return {**super().get_execution_context(), "effect": form.cleaned_data[FIELD] if form.is_valid() else ""}

    @classmethod
    def execute_action(
        cls,
        objects: list[Page],
        include_descendants: bool = False,
        user: AbstractBaseUser | None = None,
        effect: str = "",
        **kwargs: object,
    ) -> tuple[int, int]:
        """Keep the answer with the revisions that are published, then publish them. Without one, that of each draft holds."""
        if effect:
            below = [draft for page in objects for draft in page.get_descendants().not_live()] if include_descendants else []
            chosen = [page.specific for page in [*objects, *below]]
            with_versions = set(versions_of(chosen).values_list("translation_key", flat=True))
            for page in chosen:
                if page.translation_key in with_versions and page.locale.language_code == SOURCE_LANGUAGE:
                    revision = page.get_latest_revision() or page.save_revision(user=user)
                    ChangeEffect.objects.update_or_create(revision=revision, defaults={"effect": effect})
        return super().execute_action(objects, include_descendants=include_descendants, user=user, **kwargs)
