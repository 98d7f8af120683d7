"""Faults that are none: the module, the changed line as it was (left out) or as it became, and why nobody could notice it."""

from __future__ import annotations

NAMES_ONLY = "Only the name of the function in a traceback changes."

EQUIVALENTS: dict[tuple[str, str], str] = {
    ("translation/guards.py", "-@wraps(view)"): NAMES_ONLY,
    ("translation/policies.py", "+register_permission_policy(model, LanguagePermissionPolicy(model), exact_class=False)"): (
        "No model inherits from one that has the policy."
    ),
}
