"""Lists of a kind of content: what a page type declares, the rows that lists are answered from, index pages, feeds."""
