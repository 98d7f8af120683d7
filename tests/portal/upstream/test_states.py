"""What Django renders for a new model of a migration, and what a start renders in its place."""

from __future__ import annotations

from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from portal.upstream import states


def state_with_related_models() -> ProjectState:
    """Return a state whose models are rendered, and of which one refers to the next."""
    state = ProjectState()
    state.add_model(ModelState("shop", "Country", [("id", models.AutoField(primary_key=True))]))
    state.add_model(refers("Town", "Country"))
    state.apps  # noqa: B018 (renders)
    return state


def refers(name: str, to: str) -> ModelState:
    return ModelState("shop", name, [("id", models.AutoField(primary_key=True)), ("to", models.ForeignKey(f"shop.{to}", models.CASCADE))])


def test_django_renders_all_related_models_for_a_new_one() -> None:
    """When this fails, Django renders what is new alone, and `added_alone` can go."""
    state = state_with_related_models()
    before = state.apps.get_model("shop", "Country")
    state.add_model(refers("Street", "Town"))
    assert state.apps.get_model("shop", "Country") is not before


def test_a_new_model_alone_is_known_to_those_that_it_refers_to() -> None:
    state, whole = state_with_related_models(), state_with_related_models()
    before = state.apps.get_model("shop", "Country")
    with states.added_alone():
        state.add_model(refers("Street", "Town"))
    whole.add_model(refers("Street", "Town"))
    assert state.apps.get_model("shop", "Country") is before
    for one in (state, whole):
        town = one.apps.get_model("shop", "Town")
        assert [relation.related_model._meta.object_name for relation in town._meta.related_objects] == ["Street"]
        assert one.apps.get_model("shop", "Street")._meta.get_field("to").related_model is town
    assert state == whole

    # Afterwards Django is as it was, and a change of what is there already renders all that it concerns.
    street = state.apps.get_model("shop", "Street")
    state.add_field("shop", "country", "name", models.CharField(max_length=20, default=""), preserve_default=True)
    assert "name" in {field.name for field in state.apps.get_model("shop", "Country")._meta.get_fields()}
    state.add_model(refers("House", "Street"))
    assert state.apps.get_model("shop", "Street") is not street
