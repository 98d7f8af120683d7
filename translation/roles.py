"""The roles of the people who keep the portal, as data, and the one function that makes them.

What is missing is added, nothing is taken away: rights that an office gives beyond these stay. Another division of
labour is a group of its own, made in the admin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import get_language_info, override
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from participate import closing
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, Language
from portal.models import ApprovalTask
from translation.models import TranslationReviewTask
from translation.permissions import PUBLISH_INCOMPLETE_PERMISSION

EDITORS = "Redaktion"
MODERATORS = "Freigabe"
INBOX = "Anfragen"
TRANSLATORS = "Übersetzung {language}"
REVIEWERS = "Prüfung {language}"

# What Wagtail's own migrations make: its groups have rights on all languages, its workflow stands on the root.
_WAGTAIL_GROUPS = ("Editors", "Moderators")
_WAGTAIL_WORKFLOW = "Moderators approval"

_ADMIN = ("wagtailadmin.access_admin", "wagtail_localize.submit_translation")
_USE_FILES = ("wagtailimages.choose_image", "wagtaildocs.choose_document")
_KEEP_FILES = (
    *_USE_FILES,
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
)
_CHANGE_SNIPPETS = (
    "portal.view_topic",
    "portal.change_topic",
    "portal.view_region",
    "portal.change_region",
    "portal.view_fact",
    "portal.change_fact",
    "portal.view_footer",
    "portal.change_footer",
    "portal.view_alert",
    "portal.change_alert",
)
_PUBLISHING = ("change", "publish")
# What helps visitors find things, in the languages that somebody works in, and the report on what they sought.
_KEEP_SEARCH = (
    "search.view_askedquery",
    *(
        f"search.{action}_{model}"
        for model in ("synonyms", "promotedresult", "blockedsuggestion")
        for action in ("view", "add", "change", "delete")
    ),
)


# What visitors say of pages: no names, no addresses. What they write to the office is read by a group of its own.
_READ_FEEDBACK = ("participate.view_feedback",)

# An alert cannot wait for a review; who approves is told of it.
_PUBLISH_ALERTS = ("portal.view_alert", "portal.add_alert", "portal.change_alert")
_WATCH_ALERTS = ("portal.add_alert", "portal.delete_alert", "portal.be_told_of_alert")


@dataclass(frozen=True)
class Role:
    """A group and its rights.

    `languages` are the codes of those in whose page trees `page_actions` hold (and with them all rights on snippets), `also_in` those
    in whose trees the role may change and publish what others wrote;
    `permissions` hold on whole models, `file_permissions` on all collections of images and documents.
    """

    group: str
    languages: tuple[str, ...]
    page_actions: tuple[str, ...]
    permissions: tuple[str, ...]
    file_permissions: tuple[str, ...]
    also_in: tuple[str, ...] = ()


def _german_name(language: Language) -> str:
    """Return the German name of a language; its own name where Django does not know it."""
    with override("de"):
        try:
            info = get_language_info(language.code)
        except KeyError:
            return language.name
    return info["name_translated"] if info["code"] == language.code else language.name


def translator_role(language: Language) -> Role:
    """Return the role of those who translate into a language: they change and publish there and nowhere else."""
    return Role(
        group=TRANSLATORS.format(language=_german_name(language)),
        languages=(language.code,),
        page_actions=_PUBLISHING,
        permissions=(*_ADMIN, *_CHANGE_SNIPPETS, *_KEEP_SEARCH),
        file_permissions=_USE_FILES,
    )


def reviewer_role(language: Language) -> Role:
    """Return the role of those who approve translations into a language: they may do there what translators may."""
    return replace(translator_role(language), group=REVIEWERS.format(language=_german_name(language)))


def reviewer_roles() -> dict[Language, Role]:
    """Return the roles of those who approve translations, by the languages whose pages follow the source."""
    return {language: reviewer_role(language) for language in LANGUAGES if language.follows_source and language.code != SOURCE_LANGUAGE}


def author_role(language: Language) -> Role:
    """Return the role of those who write in a language with a tree of its own."""
    return Role(
        group=language.name,
        languages=(language.code,),
        page_actions=("add", "change", "publish"),
        permissions=(
            "wagtailadmin.access_admin",
            "portal.view_footer",
            "portal.change_footer",
            "portal.add_footer",
            *_PUBLISH_ALERTS,
            *_KEEP_SEARCH,
        ),
        file_permissions=_KEEP_FILES,
    )


def other_roles() -> dict[Language, Role]:
    """Return the roles of all languages but the source: translators, or authors where the language has its own tree."""
    return {
        language: translator_role(language) if language.follows_source else author_role(language)
        for language in LANGUAGES
        if language.code != SOURCE_LANGUAGE
    }


# Leichte Sprache is German: those who write German pages may write these too.
_GERMAN = (SOURCE_LANGUAGE, *(language.code for language in LANGUAGES if not language.follows_source))


def roles() -> tuple[Role, ...]:
    """Return all roles: editors and moderators of the source language, translators of each other language, who reads messages."""
    return (
        Role(
            group=EDITORS,
            languages=_GERMAN,
            page_actions=("add", "change"),
            permissions=(
                *_ADMIN,
                *_KEEP_SEARCH,
                *_READ_FEEDBACK,
                "portal.view_topic",
                "portal.add_topic",
                "portal.change_topic",
                "portal.view_region",
                "portal.add_region",
                "portal.change_region",
                "portal.view_fact",
                "portal.add_fact",
                "portal.change_fact",
                "portal.view_footer",
                *_PUBLISH_ALERTS,
            ),
            file_permissions=_KEEP_FILES,
        ),
        Role(
            group=MODERATORS,
            languages=_GERMAN,
            page_actions=("add", "change", "publish", "lock", "unlock"),
            permissions=(
                *_ADMIN,
                *_CHANGE_SNIPPETS,
                *_KEEP_SEARCH,
                *_READ_FEEDBACK,
                PUBLISH_INCOMPLETE_PERMISSION,
                "portal.add_topic",
                "portal.delete_topic",
                "portal.add_region",
                "portal.delete_region",
                "portal.add_fact",
                "portal.delete_fact",
                "portal.add_footer",
                *_WATCH_ALERTS,
                "wagtailredirects.add_redirect",
                "wagtailredirects.change_redirect",
                "wagtailredirects.delete_redirect",
            ),
            file_permissions=_KEEP_FILES,
            also_in=tuple(language.code for language in LANGUAGES if language.follows_source),
        ),
        *other_roles().values(),
        *reviewer_roles().values(),
        Role(
            group=INBOX,
            languages=(),
            page_actions=(),
            permissions=("wagtailadmin.access_admin", "participate.view_message", "participate.change_message"),
            file_permissions=(),
        ),
    )


def home_page(language_code: str) -> Page | None:
    """Return the top of a language's page tree, or None when it has none yet."""
    return Page.objects.filter(depth=2, locale__language_code=language_code).order_by("path").first()


def _permissions() -> dict[str, Permission]:
    """Return all permissions by their names, in one query."""
    return {f"{found.content_type.app_label}.{found.codename}": found for found in Permission.objects.select_related("content_type")}


def _set_up_role(role: Role, homes: list[Page], permissions: dict[str, Permission]) -> Group:
    """Make the role's group and add the rights that it lacks."""
    group, _created = Group.objects.get_or_create(name=role.group)
    group.permissions.add(*(permissions[name] for name in role.permissions))
    others = [home for code in role.also_in if (home := home_page(code))]
    for actions, pages in ((role.page_actions, homes), (_PUBLISHING, others)):
        for action in actions:
            permission = permissions[f"wagtailcore.{action}_page"]
            for home in pages:
                GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
    files = Collection.get_first_root_node()
    for name in role.file_permissions:
        GroupCollectionPermission.objects.get_or_create(group=group, collection=files, permission=permissions[name])
    return group


def _set_up_workflow(approvers: Group, homes: list[Page], task_type: type[ApprovalTask] = ApprovalTask) -> None:
    """Make the workflow in which a group approves, of the name of that group, and assign it to the trees that have none."""
    name = approvers.name
    task, _created = task_type.objects.get_or_create(name=name)
    task.groups.add(approvers)
    workflow, _created = Workflow.objects.get_or_create(name=name)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    for home in homes:
        WorkflowPage.objects.get_or_create(page=home, defaults={"workflow": workflow})


def _remove_wagtail_defaults() -> None:
    """Take away the groups and the workflow of Wagtail's migrations, as far as nobody uses them."""
    for workflow in Workflow.objects.filter(name=_WAGTAIL_WORKFLOW):
        if workflow.workflow_states.exists():
            workflow.deactivate()
        else:
            tasks = list(workflow.tasks)
            workflow.delete()
            for task in tasks:
                if not task.workflow_tasks.exists() and not task.task_states.exists():
                    task.delete()
    Group.objects.filter(name__in=_WAGTAIL_GROUPS, user__isnull=True).delete()


@transaction.atomic
@closing.together()
def set_up_roles() -> list[Group]:
    """Make the groups, their rights and the workflow; return the groups. Run twice it changes nothing.

    A language without a home page is left out until it has one. Wagtail's own groups and workflow go when the
    moderators' group is first made; ones of the same name that somebody makes later stay.
    """
    groups: list[Group] = []
    permissions = _permissions()
    reviewers = list(reviewer_roles().values())
    is_first_time = not Group.objects.filter(name=MODERATORS).exists()
    for role in roles():
        homes = [home for code in role.languages if (home := home_page(code))]
        if not homes and (role.languages or not groups):
            continue
        group = _set_up_role(role, homes, permissions)
        groups.append(group)
        if role in reviewers:
            _set_up_workflow(group, homes, TranslationReviewTask)
        if role.group == MODERATORS:
            _set_up_workflow(group, homes)
            if is_first_time:
                _remove_wagtail_defaults()
    return groups
