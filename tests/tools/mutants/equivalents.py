"""Faults that are none: the module, the changed line as it was (left out, a decorator with the line below it) or as it became, and why
nobody could notice it."""

from __future__ import annotations

NAMES_ONLY = "Only the name of the function in a traceback changes."
UNFOUND = "How long a shared cache keeps what nobody finds any more."
WIDTH = "`make lint` says that a migration is missing, and no text is as long."
UNCHANGED = "Nobody changes such a value."
BUILT_ANEW = "Inside a transaction the same value is built anew: it costs a query."
CALLED = "Only templates read it, and they call what can be called."

NOT_OFFERED = "wagtail-localize lets nobody override a date or a switch: of fields of one value it offers texts and relations."

EQUIVALENTS: dict[tuple[str, str], str] = {
    ("portal/http/limits.py", "+return hops[-trusted] if 0 is not trusted <= len(hops) and _parsed(hops[-trusted]) else peer"): (
        "The number of proxies is never negative."
    ),
    ("search/log.py", "+_waiting: deque[Callable[[], None]] = deque(maxlen= 999)"): "So much memory, or about so much.",
    ("search/log.py", "+_waiting: deque[Callable[[], None]] = deque(maxlen= 1001)"): "So much memory, or about so much.",
    ("portal/changes.py", "+TIMEOUT = 24 * 61 * 60"): UNFOUND,
    ("portal/changes.py", "+TIMEOUT = 24 + 60 * 60"): UNFOUND,
    ("portal/changes.py", "+TIMEOUT = 24 * 60 * 59"): UNFOUND,
    ("portal/changes.py", "+_MOST_IN_PROCESS = 999"): "So much memory, or about so much.",
    ("news/models.py", "+max_length= 19,"): WIDTH,
    ("news/models.py", "+max_length= 251,"): WIDTH,
    ("news/models.py", "-@property def figure(self) -> Figure:"): CALLED,
    ("news/provenance.py", "-@property def provenance(self) -> Provenance:"): CALLED,
    ("news/provenance.py", '+SynchronizedField("original_date", overridable=True),'): NOT_OFFERED,
    ("news/provenance.py", '+SynchronizedField("is_own_translation", overridable=True),'): NOT_OFFERED,
    ("portal/listing/declarations.py", "+@dataclass(frozen=False)"): UNCHANGED,
    ("portal/listing/facts.py", "+@dataclass(frozen=False)"): UNCHANGED,
    ("portal/records/errors.py", "+@dataclass(frozen=False)"): UNCHANGED,
    ("portal/records/reading.py", "+@dataclass(frozen=False)"): UNCHANGED,
    ("portal/pages/restrictions.py", "+_MOST_RANGES = 49"): "The same pages are found in another way.",
    ("portal/pages/addresses.py", '+@changes.kept("roots", lambda: (changes.HOMES, changes.LOCALES), in_transactions=False)'): BUILT_ANEW,
    ("portal/pages/versions.py", '+@changes.kept("locales", lambda: (changes.LOCALES,), in_transactions=False)'): BUILT_ANEW,
    ("portal/records/segments.py", "+BATCH = 501"): "So much memory, or about so much.",
    ("translation/trees.py", "+if row.depth == 2 or (source and source.depth <= 2):"): "No page follows the root of all trees.",
    ("search/engine.py", "+coverage: float = 0.0"): "It is always set before it is read.",
    ("search/engine.py", "+if len(concepts) > 1 or any(len(option) > 1 for option in options[ -1]):"): "Where it is asked there is one.",
    ("search/engine.py", "+return [_held(options)] if any(len(option) != 1 for option in options) else []"): (
        "No alternative is without a term."
    ),
    ("translation/guards.py", "-@wraps(view) def guarded(request: HttpRequest, translation_id: int, **kwargs: object) -> HttpResponse:"): (
        NAMES_ONLY
    ),
    ("translation/guards.py", "-@wraps(view) def guarded(request: HttpRequest, pk: object, **kwargs: object) -> HttpResponse:"): NAMES_ONLY,
    ("translation/policies.py", "+register_permission_policy(model, LanguagePermissionPolicy(model), exact_class=False)"): (
        "No model inherits from one that has the policy."
    ),
}
