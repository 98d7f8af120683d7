"""Two kinds of content, as docs/content-types.md adds them."""
