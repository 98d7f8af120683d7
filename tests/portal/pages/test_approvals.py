"""What was approved last goes online by the right of whoever approved it, or of the moderator in whose place they did."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowTask

from portal.pages.approvals import in_place, publish_approved
from tests.builders import make_content_page, make_home, translate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", ["de", "en"])
def test_who_may_not_publish_does_so_in_a_moderators_place_alone(code: str) -> None:
    page = make_content_page(make_home(), "Rückkehr")
    page = page if code == "de" else translate(page, code)
    workflow = Workflow.objects.create(name="Freigabe")
    task = GroupApprovalTask.objects.create(name="Lesen")
    task.groups.add(Group.objects.create(name="Prüfung"))
    WorkflowTask.objects.create(workflow=workflow, task=task)
    editor = User.objects.create_user("redaktion")
    page.title = "Neu"
    page.save_revision()
    state = workflow.start(page, editor)

    def title() -> str:
        return Page.objects.get(pk=page.pk).title

    before = title()
    with pytest.raises(PublishPermissionError):
        publish_approved(state, editor)
    assert title() == before != "Neu"
    token = in_place.set(True)
    try:
        publish_approved(state, editor)
    finally:
        in_place.reset(token)
    assert title() == "Neu"
