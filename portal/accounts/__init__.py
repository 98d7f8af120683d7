"""Doors of the portal: signing in, passwords of pages, forgotten passwords, what passwords and mail addresses must be.

Nothing here replaces Django's or Wagtail's accounts. A library for locks (django-axes) was looked at: it locks by account, by address or
by both, but knows no waiting that grows, so whoever tries long enough locks out an editor; it does not know passwords of pages and
resets; its lists are for an admin that the portal does not have.
"""
