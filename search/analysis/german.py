"""German words: base forms, feminine forms, compounds."""

from __future__ import annotations

from functools import lru_cache

from . import tokens
from .dictionaries import base_form

MIN_COMPOUND = 8
"""Shorter words are not taken apart."""

MIN_INNER = 10
"""Shorter parts of compounds are not taken apart again: Rückkehr in Rückkehrberatung is one thing."""

# What stands between the parts of a compound, by its last letter, the most frequent first.
_LINKS = {"s": ("s", "es", "ens", "ns"), "n": ("n", "en"), "r": ("er",), "e": ("e",)}

# Heads and first parts of three letters that are words of their own; others of that length are mostly chance.
_SHORT_PARTS = frozenset(
    """
        amt art arm arzt bad bau bus ehe eis eid eil ein ende fach fall film foto geld gas hof job kur kurs land los mut not ort
        öl ohr pass plan rad rat raum recht ruf see sog tag tat tee test text tod ton tor tür uhr uni weg welt wert zahl zeit zug
        zoll eu un iom uno
        """.split()
)  # fmt: skip

# Endings and beginnings that the dictionary knows as words too, and words that are mostly cut out of others.
_NO_HEAD = frozenset(
    """
        keit heit schaft schaften ung ungen lich liche lichen licher liches tion tionen ion ionen isch ische ischen lein chen bar
        bare baren sam same samen haft hafte haften los lose losen mal male ling linge lingen tum ieren iert ierte ismus ist
        isten ität nis nisse nissen samt sange sang sort enden endes enge inne innen ige igen rige weise artig fach facher mann
        mans ehren eigen ehrung einig einige eilig enkel erin ehrt ehrte orten ampel ahne igel ehre arten rein wied stellen gehen
        halten stag stags stage samts samtes steil steile steilen send sende sendes tand ergrund ergründe ergründen ätze ätzen uropa lunge
        lungen dung dungen rum ahm ahme ahmen teig tein exen mente menten sten stort stören
        """.split()
)  # fmt: skip
_NO_FIRST_PART = frozenset(
    """
        ab an auf aus be bei da dar durch ein ent er fort frei für ge gegen her hin hinter in los miss mit nach nieder ob über um
        un unter ur ver vor weg wider wieder zer zu zurück zusammen über kon pro per prä post re trans inter sub super ultra anti
        dis rück des sein seine ihr mein wer wie was hat bin ist sind mal dem den der die das eine einer eines als aller alle sang
        sange wied wiede rein ange einge ausge
        """.split()
)  # fmt: skip


def masculine(word: str) -> str:
    """Return a feminine noun in the form that both genders share (Mitarbeiterinnen → mitarbeiter), others as they are."""
    stem = word[:-5] if word.endswith("innen") else word[:-2] if word.endswith("in") else ""
    if len(stem) < 4:
        return word
    # Feminine words have a plural in -innen; Termin has none. Long words may be compounds that the dictionary does not know.
    if not word.endswith("innen") and len(stem) < 7 and base_form(f"{word}nen", "de") is None:
        return word
    plain = stem.translate(tokens.PLAIN_VOWELS)
    for candidate in (stem, f"{stem}e", plain):
        found = base_form(candidate, "de")
        if found and found[0].isupper():
            return candidate
    return stem if word.endswith("innen") else word


def lemma(word: str) -> str:
    """Return the base form of a word, feminine forms as the masculine; an unknown word as it is."""
    shared = masculine(word)
    return (base_form(shared, "de") or shared).lower()


def _first_part(chunk: str) -> str | None:
    """Return the base form of a first part with what links it to the next, nouns before other words."""
    other = None
    for candidate in (chunk, f"{chunk}e"):
        if candidate in _NO_FIRST_PART:
            return None
        if found := base_form(candidate, "de"):
            if found[0].isupper():
                return found.lower()
            other = other or found.lower()
    for link in _LINKS.get(chunk[-1], ()):
        stem = chunk[: -len(link)]
        if chunk.endswith(link) and (len(stem) > 3 or stem in _SHORT_PARTS) and stem not in _NO_FIRST_PART:
            found = base_form(stem, "de")
            if found and found[0].isupper():
                return found.lower()
    return other


@lru_cache(maxsize=20_000)
def compound_parts(word: str) -> tuple[str, ...]:
    """Return the base forms of the words that a compound is made of; nothing where the word is none.

    Of several ways to take it apart, the one with the fewest parts counts, then the one whose shortest part is longest.
    """
    if len(word) < MIN_COMPOUND or not word.isalpha() or len(base_form(word, "de") or word) < MIN_COMPOUND:
        return ()
    found = _split(masculine(word), 4)
    return found if found and len(found) > 1 else ()


def is_known(word: str) -> bool:
    """Return whether the dictionary knows a word, its masculine form, or, of a compound, all parts, the last of which is a noun."""
    if base_form(word, "de") or base_form(masculine(word), "de"):
        return True
    parts = compound_parts(word)
    return bool(parts) and (base_form(parts[-1], "de") or "")[:1].isupper()


@lru_cache(maxsize=20_000)
def inner_parts(word: str) -> tuple[str, ...]:
    """Return what else a compound is found by: the parts of its parts, and its last two (Datenanalysezentrum: Analysezentrum)."""
    parts = compound_parts(word)
    found: dict[str, None] = {}
    for part in parts:
        if len(part) >= MIN_INNER:
            found.update(dict.fromkeys((*compound_parts(part), *inner_parts(part))))
    if len(parts) == 2 and len(parts[0]) >= MIN_INNER and (first := compound_parts(parts[0])):
        found[first[-1] + parts[1]] = None
    elif len(parts) > 2:
        found["".join(parts[-2:])] = None
    return tuple(name for name in found if name not in parts)


def _split(word: str, most: int) -> tuple[str, ...] | None:
    """Return the best way to take a word apart into so many parts at most, from two on; None where there is none."""
    best: tuple[str, ...] | None = None
    best_score = (-most, 0)
    for position in range(3, len(word) - 2):
        left, right = word[:position], word[position:]
        if len(left) == 3 and left not in _SHORT_PARTS or len(right) == 3 and right not in _SHORT_PARTS:
            continue
        if right in _NO_HEAD:
            continue
        head = base_form(right, "de")
        if head is None and (most <= 2 or len(right) < MIN_COMPOUND):
            continue
        # Looking words up is what takes time: only for what would be better than what was found.
        shortest = min(len(left), len(right))
        if (-1 if head else -2, shortest) <= best_score or (first := _first_part(left)) is None:
            continue
        rest = (head.lower(),) if head else _split(right, most - 1)
        if rest is not None and (score := (-len(rest), shortest)) > best_score:
            best, best_score = (first, *rest), score
    return best
