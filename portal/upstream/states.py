"""Models as migrations see them, which Django renders more often than it must."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.migrations.state import ModelState, ProjectState


@contextmanager
def added_alone() -> Iterator[None]:
    """Render a model that migrations make by itself, until the block ends. Not for threads that serve.

    Django 5.2 renders all models anew that a new one is related to, however distantly: in a project of 200 models that takes more than
    a third of the time of all migrations. What a model gains by another one that refers to it, it gains without that, as at every start
    of Django. The tables are the same (`test_every_start_heals_what_the_last_one_left`). This can go when Django renders what is new alone.
    """
    whole = ProjectState.add_model

    def add_model(self: ProjectState, model_state: ModelState) -> None:
        key = model_state.app_label, model_state.name_lower
        apps = self.__dict__.get("apps")
        if apps is None or key in self.models:
            whole(self, model_state)
            return
        del self.__dict__["apps"]
        whole(self, model_state)
        self.apps = apps
        apps.render_multiple([model_state])

    ProjectState.add_model = add_model  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.add_model = whole  # type: ignore[method-assign]
