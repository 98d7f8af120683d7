"""wagtail-localize's views, each with the question that upstream does not ask."""
