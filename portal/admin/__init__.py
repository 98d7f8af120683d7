"""What the portal changes about Wagtail's admin: forms, choosers, redirects, messages, help.

`portal.wagtail_hooks` brings it in.
"""
