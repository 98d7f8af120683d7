"""wagtail-localize's views, each with the question that it does not ask itself (`translation.guards`)."""
