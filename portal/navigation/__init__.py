"""Menu, trail, footer, language switch and site map: all from the page tree and translatable snippets, never from a template.

What is the same on every page of a language is built once and kept until a change touches it (`portal.changes`).
"""

from .alerts import ShownAlert, alerts, previewed
from .footers import footer, footer_tags
from .homes import Home, home_crumb, home_urls, homes, private_home
from .menus import LEVELS as MENU_LEVELS
from .menus import MenuEntry, menu, menu_tags
from .reading import reading
from .site_map import SiteMapNode, query_of, site_map
from .switch import LanguageLink, breadcrumbs, language_links

__all__ = [
    "MENU_LEVELS", "Home", "LanguageLink", "MenuEntry", "ShownAlert", "SiteMapNode", "alerts", "breadcrumbs", "footer", "footer_tags",
    "home_crumb", "home_urls", "homes", "language_links", "menu", "menu_tags", "previewed", "private_home", "query_of", "reading",
    "site_map",
]  # fmt: skip
