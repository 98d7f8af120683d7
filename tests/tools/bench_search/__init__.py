"""Measures the search: how good its results are, how long they take, how fast pages are indexed, how much memory it needs.

`__main__` is the command. It makes a database of its own for each measurement and starts a process that works on it (`child`):
`quality`, `latency`, `bulk`; `memory` serves the portal as it is served in production. What is made is gone afterwards.
"""
