"""Which pages there are for whom: real versions, restrictions, links, cards, old addresses, rich text."""
