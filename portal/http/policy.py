"""Content-Security-Policies: of what visitors see, and of the admin."""

# Paths that only people who signed in use; Wagtail's admin needs inline styles.
ADMIN_PREFIXES = ("/admin/",)

PUBLIC_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
# No script of ours writes HTML; Wagtail's userbar, which people who signed in see, does.
VISITORS_POLICY = f"{PUBLIC_POLICY}; require-trusted-types-for 'script'"
# Wagtail 8's admin has inline styles, see wagtail/wagtail#1288; its scripts in the page are taken out (portal/admin/scripts.py).
ADMIN_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "frame-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)


def reported(policy: str, address: str) -> tuple[str, str]:
    """Return a policy whose violations browsers report to an address, and the header `Reporting-Endpoints` that newer ones want.

    https://www.w3.org/TR/CSP3/#reporting
    """
    return f"{policy}; report-uri {address}; report-to csp", f'csp="{address}"'
