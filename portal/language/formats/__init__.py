"""Formats of dates and numbers where Django's own differ from what the portal writes."""
