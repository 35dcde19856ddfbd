"""Words that tell whether a full stop ends a sentence: abbreviations and the words that open sentences.

English, German, Spanish, French and Turkish. A word is compared in lower case, without its full stop.
"""

from __future__ import annotations

import re

_NEVER_LAST = frozenset(
    "mr mrs ms dr prof sen rep gov gen col lt sgt capt cmdr adm rev hon st mt ft pres messrs sr "
    "med rer nat phil hr fr dipl ing sra srta srtas lic dra ud mme mlle doç yrd öğr av hz sig "
    "v vs cf e.g i.e eg ie viz approx ca c incl excl inkl exkl bzw vgl gem ggf evtl sog resp zzgl abzgl einschl "
    "z.b d.h u.a z.t i.d.r o.ä s.o s.u bkz örn p.ej núms".split()
)
"""Always stand before something: a name, a number, an example."""

_SELDOM_LAST = frozenset(
    "etc al dept est inc ltd co corp bros jr ed eds trans a.m p.m blvd rd ave hrs tel ext usw bros admón ee uu "
    "u.s u.k e.u u.n vb vd kath ev str".split()
)
"""End a sentence only if a word that opens one follows."""

_BEFORE_NUMBER = frozenset(
    "no nos nr art arts fig figs p pp vol vols ch sec cl para paras abs ziff kap bd s rn rz tz anm lit num núm nº n° "
    "pág págs párr párrf cap eq eqs pt app tab min max bl md mad sf sy ord reg sched lot ref "
    "jan feb mar apr jun jul aug sep sept oct nov dec ene abr ago dic mon tue tues wed thu thur thurs fri sat sun "
    "lun mié jue vie sáb dom".split()
)
"""Abbreviations before a number, a letter or the name of a month, and words of their own otherwise."""

OPENERS = frozenset(
    "the a an this that these those it its he she his her they their we our i you your there here in on "
    "at by for from with as after before during when while if although though since because however but "
    "and so yet then also both many most some all no not one two three what who why how where which "
    "according despite meanwhile moreover furthermore additionally later earlier today yesterday last "
    "do does did is are was were can could will would has have had please see "
    "der die das den dem ein eine einen er sie es wir ihr ich dies diese dieser dieses im am an auf für mit nach bei "
    "von zu zum zur aber und oder wenn weil als dann danach sein seine ihre "
    "el la los las un una esto este esta eso se en por para con pero su sus "
    "le les une il elle ils elles ce cette ces nous vous je dans pour avec mais "
    "bu şu o bir ve ama onlar biz siz ben".split()
)
"""Words that open a sentence often enough to end one even after an abbreviation."""

_AFTER_ORDINAL = frozenset(
    "januar februar märz april mai juni juli august september oktober november dezember ocak şubat mart "
    "nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık "
    "jahrhundert jahrhunderts platz weltkrieg weltkriegs auflage stock etage klasse kapitel absatz tag tages woche "
    "monat lebensjahr halbjahr quartal runde spieltag spieltages liga bundesliga geburtstag jahrestag ausgabe teil "
    "stelle satz bezirk mal rang armee division infanterie-division dünya".split()
)
_MONTHS = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_NUMBER_LIKE = re.compile(r"[\d§#]|\(?(?:[ivxlcIVXLC]{1,6}|[A-Za-z])\)?(?:\W|$)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_TWO_PARTS = re.compile(r"(?<![\w.])[zduoisvm]\.\s?(?:B|h|a|Ä|ä|T|Z|R|E|o|u|M|w|d)$", re.IGNORECASE)


def may_end_sentence(before: str, last: str, following: str) -> bool:
    """Decide whether a full stop after the word ``last`` and before the word ``following`` ends a sentence.

    Args:
        before: some of the text before the full stop, ``last`` included.
        last: the word before the full stop, which may hold full stops itself.
        following: the next word, which does not begin in lower case.
    """
    word = last.lower()
    if word in _NEVER_LAST or _TWO_PARTS.search(before):
        return False
    opens = following.lower().rstrip(".,;:’'") in OPENERS
    if word in _BEFORE_NUMBER:
        return not (_NUMBER_LIKE.match(following) and following != "I") and not _MONTHS.match(following)
    if word in _SELDOM_LAST or _INITIALS.fullmatch(last) or (len(last) == 1 and last.isalpha()):
        return opens
    return not (word.isdigit() and len(word) <= 2 and following.lower().rstrip(".,;:?!)") in _AFTER_ORDINAL)
