"""Errors are reported to Sentry, or what speaks its protocol, where `SENTRY_DSN` says so: where they happened, and nothing of people."""

from __future__ import annotations

import json
from typing import Any

from portal.settings.logs import without_people

_KEPT = ("method", "url")
"""What is reported of a request."""


def scrub(event: dict[str, Any], hint: object = None) -> dict[str, Any]:
    """Return a report without what it may say of people: cookies, forms, headers, addresses, who was signed in, values of variables."""
    request = event.get("request", {})
    event["request"] = {name: request[name] for name in _KEPT if name in request}
    for name in ("user", "breadcrumbs", "extra", "server_name"):
        event.pop(name, None)
    for part in (event.get("exception") or {}).get("values", []):
        for frame in (part.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    return json.loads(without_people(json.dumps(event, default=str, ensure_ascii=False)))


def begin(dsn: str, release: str) -> None:
    """Report errors from now on; what is slow, who visits and what is logged is not reported."""
    import sentry_sdk
    from sentry_sdk.integrations.django import DjangoIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        traces_sample_rate=0.0,
        default_integrations=True,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False), LoggingIntegration(event_level=None)],
        before_send=scrub,
    )
