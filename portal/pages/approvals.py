"""How what was approved last goes online. Wagtail asks for it while its models are being made: nothing here may import them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from wagtail.models import WorkflowState

in_place: ContextVar[bool] = ContextVar("approving_in_place_of_a_moderator", default=False)
"""Whether somebody is approving in a moderator's place (`portal.models.deputies`)."""


instead: ContextVar[Callable[[], None] | None] = ContextVar("what_is_done_instead_of_publishing", default=None)
"""What is done with what is approved now, where it is not to be published at once: planned for a time of its own."""


def publish_approved(workflow_state: WorkflowState, user: AbstractBaseUser | None = None) -> None:
    """Publish it as Wagtail does: by the right of whoever approved it, or of the moderator in whose place they did."""
    if (other := instead.get()) is not None:
        other()
        return
    workflow_state.content_object.get_latest_revision().publish(user=user, skip_permission_checks=in_place.get())
