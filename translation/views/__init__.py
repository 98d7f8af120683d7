"""Wagtail's views of pages as the portal has them, and views of its own."""
