"""Older mail inside a message: where it begins, whose it is, and where the writer's own words go on.

Mail programs mark what they repeat in ways of their own: ``>`` before each line, a line such as "On … wrote:", a rule
with "Original Message" in it, or a block of From, Sent, To and Subject. All of them are recognised in the languages
that the programs are used in most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.text import one_line

_FROM = "from|von|de|da|van|kimden|gönderen|från|fra|od|от|отправитель|lähettäjä|差出人|发件人|寄件者"
_SENT = (
    "sent|date|gesendet|datum|enviado el|enviado|fecha|envoyé|date|inviato|data|enviada em|enviada|verzonden|"
    "gönderildi|gönderilme tarihi|tarih|skickat|sendt|dato|wysłano|отправлено|дата|odesláno|lähetetty|送信日時|发送时间"
)
_SUBJECT = (
    "subject|betreff|asunto|objet|sujet|oggetto|assunto|onderwerp|konu|ämne|emne|temat|тема|předmět|aihe|件名|主题"
)
_OTHER = (
    "to|cc|bcc|an|kopie|para|à|a|pour|aan|kime|bilgi|till|til|do|kopia|dw|кому|копия|komu|vastaanottaja|reply-to|"
    "importance|attachments|priority|宛先|收件人|抄送"
)
_LABEL = re.compile(
    rf"(?:^|(?<=\s))\*?(?:(?P<sender>{_FROM})|(?P<sent>{_SENT})|(?P<subject>{_SUBJECT})|(?P<other>{_OTHER}))"
    r"\s?\*?\s?[:：]\*?(?=\s|$)\s*",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[-_=*]{2,}\s*(?:original message|original appointment|ursprüngliche nachricht|originalnachricht|mensaje original|"
    r"message d.origine|message original|messaggio originale|mensagem original|oorspronkelijk bericht|"
    r"orijinal (?:mesaj|ileti)|özgün ileti|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|"
    r"oryginalna wiadomość|исходное сообщение|původní zpráva|alkuperäinen viesti)\s*[-_=*]{2,}",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"(?:[-_=*]{2,}\s*)?(?:begin forwarded message|forwarded message|forwarded by .{1,80}|weitergeleitete nachricht|"
    r"anfang der weitergeleiteten (?:nachricht|e-mail)|mensaje reenviado|inicio del mensaje reenviado|"
    r"message transféré|message transmis|début du message (?:réexpédié|transféré)|messaggio inoltrato|"
    r"inizio messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht|begin doorgestuurd bericht|"
    r"(?:iletilen|yönlendirilen) (?:mesaj|ileti)|vidarebefordrat meddelande|videresendt (?:melding|meddelelse|besked)|"
    r"wiadomość przekazana|пересылаемое сообщение|přeposlaná zpráva)\s*(?:[-_=*]{2,}|:)",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|ilt|enc|vs|vb|vl|doorst|pd|转发|転送)\s*[:：]", re.IGNORECASE)
_RULE = re.compile(r"[-_=*]{5,}")
_WROTE = re.compile(
    r"(?:^|(?<=[\s>)]))(?:wrote|writes|schrieb|escribió|a écrit|ha scritto|escreveu|schreef|napisał(?:\(a\)|a)?|skrev|"
    r"kirjoitti|(?:tarihinde )?(?:şunu |şunları )?yazdı|написал(?:\(а\)|а)?|пишет|napsal(?:\(a\)|a)?|写道)"
    r"(?P<after>[^:：]{0,120})\s?[:：]$",
    re.IGNORECASE,
)
_ATTRIBUTION_START = re.compile(
    r"(?:on|at|am|el|le|il|em|op|den|på|dne|dnia|w dniu|from|von|\d{1,4}[-./年])\b.*?\d", re.IGNORECASE
)
_ADDRESS = re.compile(r"[<(\[]*(?:mailto:)?[\w.+-]+@[\w.-]+\w[>)\]]*")
_BEFORE_NAME = re.compile(
    r"^(?:\s*(?:[ap]\.?m\.?\b|uhr\b|(?:utc|gmt|cest|cet|[ecmp][sd]t)\b|[-–—,;.:|()\"'<>\[\]]))*", re.I
)
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_MARKS = re.compile(r"(?:[ \t]?>)+ ?")
_ATTRIBUTION_LINES = 3
_ATTRIBUTION_LENGTH = 300
_HEADER_LINES = 14

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar enero janvier gennaio janeiro januari ocak jan ene janv gen oca",
            "february februar febrero février febbraio fevereiro februari şubat feb févr fev şub",
            "march märz marzo mars março maart mart mar mär mrz mrt",
            "april abril avril aprile nisan apr abr avr nis",
            "may mai mayo maggio maio mei mayıs maj mag mayıs",
            "june juni junio juin giugno junho haziran jun giu haz",
            "july juli julio juillet luglio julho temmuz jul juil lug tem",
            "august agosto août augustus ağustos aug ago ağu",
            "september septiembre septembre settembre setembro eylül sep sept set eyl",
            "october oktober octubre octobre ottobre outubro ekim oct okt ott out eki",
            "november noviembre novembre novembro kasım nov kas",
            "december dezember diciembre décembre dicembre dezembro aralık dec dez dic déc ara",
        ),
        start=1,
    )
    for name in names.split()
}
_ENGLISH = "January February March April May June July August September October November December".split()
_DAY_FIRST = re.compile(
    r"\b(?P<day>\d{1,2})\.?(?:st|nd|rd|th)?\s+(?:de\s+)?(?P<month>[^\W\d_]{3,})\.?,?\s+(?:de\s+)?(?P<year>\d{4})\b"
)
_MONTH_FIRST = re.compile(r"\b(?P<month>[^\W\d_]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})\b")
_NUMBERS = re.compile(
    r"\b(?:(?P<iso_year>\d{4})[-/](?P<iso_month>\d{1,2})[-/](?P<iso_day>\d{1,2})"
    r"|(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2}))(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message. ``depth`` says how many messages deep it is marked as quoted; ``begins_older`` that the
    program marked this as the beginning of the older mail, whatever the line says."""

    text: str
    depth: int = 0
    begins_older: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A run of lines that are one person's. It ends where the next begins.

    Attributes:
        start: number of its first line.
        kind: ``own`` (the writer's words), ``forwarded`` or ``quoted``.
        sender: who wrote it, where that is said.
        date: when, such as ``2 June 2025``.
        depth: how deep its lines are marked as quoted.
    """

    start: int
    kind: str = "own"
    sender: str = ""
    date: str = ""
    depth: int = 0


def plain_lines(text: str) -> list[Line]:
    """Return the lines of a plain message, without the ``>`` before them, which make their depth."""
    lines = []
    for line in text.split("\n"):
        marks = _MARKS.match(line)
        # a mark at the start of the line only: " >" is somebody's drawing
        depth = marks[0].count(">") if marks and line.startswith((">", " >")) else 0
        lines.append(Line(line[marks.end() :] if marks and depth else line, depth))
    return lines


def is_forward(subject: str) -> bool:
    """Tell whether a subject says that the message was forwarded."""
    return _FORWARD_SUBJECT.match(subject) is not None


def sections(lines: Sequence[Line], *, forwards: bool = False) -> list[Section]:
    """Divide a message into what its writer wrote and what it repeats.

    Args:
        lines: of the message.
        forwards: whether the message is a forward: the first message in it then is no older mail but its content.
    """
    scanner = _Scanner(lines, forwards)
    i = 0
    while i < len(lines):
        i = scanner.take(i)
    return scanner.found


class _Scanner:
    def __init__(self, lines: Sequence[Line], forwards: bool) -> None:
        self._lines = lines
        self._forwards = forwards
        self._is_forward_unmarked = False
        self._open = [Section(0)]
        self._last_quoted = Section(0, "quoted")
        self.found = [self._open[0]]

    def take(self, i: int) -> int:
        """Look at the line ``i``, and return the number of the line to look at next."""
        line = self._lines[i]
        if not line.text.strip():
            if line.begins_older:
                self._begin(Section(i, self._kind(), depth=line.depth))
            return i + 1
        if i and _RULE.fullmatch(line.text.strip()) and (header := self._header(self._next(i + 1))):
            return self._take_header(i, header)
        if header := self._header(i):
            return self._take_header(i, header)
        if _FORWARDED.match(line.text.strip()):
            return self._take_forward(i)
        if _ORIGINAL.fullmatch(line.text.strip()):
            self._begin(Section(i, self._kind(), depth=line.depth))
            return i + 1
        if attribution := self._attribution(i):
            end, sender, when, depth = attribution
            self._begin(Section(i, "quoted", sender, when, depth))
            return end
        if line.begins_older:
            self._begin(Section(i, self._kind(), depth=line.depth))
            return i + 1
        self._follow(i, line.depth)
        return i + 1

    def _follow(self, i: int, depth: int) -> None:
        """Go on in the section that a line belongs to, by its depth."""
        top = self._open[-1]
        if depth > top.depth:
            if top.kind == "forwarded" and not self._is_forward_unmarked:
                self._open[-1] = replace(top, depth=depth)  # a forward of which each line is marked
                return
            self._begin(replace(self._last_quoted, start=i, depth=depth))
        elif depth < top.depth:
            while len(self._open) > 1 and self._open[-1].depth > depth:
                self._open.pop()
            self.found.append(replace(self._open[-1], start=i))
        if depth == 0:
            self._is_forward_unmarked = True

    def _begin(self, section: Section) -> None:
        while len(self._open) > 1 and self._open[-1].depth > section.depth:
            self._open.pop()
        if section.kind == "quoted":
            self._last_quoted = section
        self._open.append(section)
        if self.found[-1].start == section.start:
            self.found.pop()
        self.found.append(section)

    def _kind(self) -> str:
        """Return what the next message inside is: of a forward, the first is what it is about."""
        if not self._forwards:
            return "quoted"
        self._forwards = self._is_forward_unmarked = False
        return "forwarded"

    def _take_forward(self, i: int) -> int:
        self._forwards = self._is_forward_unmarked = False
        following = self._next(i + 1)
        depth = self._lines[following].depth if following < len(self._lines) else self._lines[i].depth
        self._begin(Section(i, "forwarded", depth=max(depth, self._lines[i].depth)))
        header = self._header(following)
        return self._take_header(i, header) if header else i + 1

    def _take_header(self, i: int, header: tuple[int, str, str]) -> int:
        """Begin, or go on with, the message of which a header stands here."""
        end, sender, when = header
        top = self.found[-1]
        is_begun = top.kind != "own" and not top.sender and self._next(top.start + 1) >= self._next(i)
        if is_begun or top.start == i:  # by a rule or a mark just above
            kind = top.kind if top.kind != "own" else self._kind()
            section = replace(top, kind=kind, sender=sender, date=when)
            self.found[-1] = section
            if self._open[-1] == top and len(self._open) > 1:
                self._open[-1] = section
            else:
                self._open.append(section)
            if kind == "quoted":
                self._last_quoted = section
        else:
            self._begin(Section(i, self._kind(), sender, when, self._lines[end - 1].depth))
        return end

    def _next(self, i: int) -> int:
        """Return the number of the first line from ``i`` on that is not blank."""
        while i < len(self._lines) and not self._lines[i].text.strip():
            i += 1
        return i

    def _header(self, i: int) -> tuple[int, str, str] | None:
        """Return (number of the line after it, sender, date) if a block of From, Sent, To and Subject begins here."""
        if i >= len(self._lines) or not (first := _LABEL.match(self._lines[i].text.strip())) or not first["sender"]:
            return None
        fields: dict[str, str] = {}
        end = i
        for number in range(i, min(len(self._lines), i + _HEADER_LINES)):
            text = self._lines[number].text.strip()
            labels = list(_LABEL.finditer(text))
            if not labels or labels[0].start() > 0:
                if "subject" in fields or number > end:  # what a long line of recipients goes on with
                    break
                continue
            for n, label in enumerate(labels):
                value = text[label.end() : labels[n + 1].start() if n + 1 < len(labels) else None]
                fields.setdefault(str(label.lastgroup), value.strip(" *"))
            end = number + 1
        is_header = "sent" in fields and ("subject" in fields or "@" in fields["sender"])
        if not is_header or not fields["sender"] or not re.search(r"\d", fields["sent"]):
            return None
        return end, _name(fields["sender"]), shown_date(fields["sent"])

    def _attribution(self, i: int) -> tuple[int, str, str, int] | None:
        """Return (number of the line after it, sender, date, depth of what follows) if "On … wrote:" stands here."""
        text = ""
        for end in range(i + 1, min(len(self._lines), i + _ATTRIBUTION_LINES) + 1):
            line = self._lines[end - 1]
            if not line.text.strip() or line.depth != self._lines[i].depth:
                return None
            text = one_line(f"{text} {line.text}")
            if len(text) > _ATTRIBUTION_LENGTH:
                return None
            verb = _WROTE.search(text)
            if verb is not None:
                if end - i > 1 and not _may_begin(self._lines[i:end]):
                    return None
                following = self._next(end)
                depth = self._lines[following].depth if following < len(self._lines) else 0
                is_sure = (_ADDRESS.search(text) or _CLOCK.search(text)) and re.search(r"\d", text)
                if depth <= line.depth and not is_sure:
                    return None
                return end, _attributed(text, verb), shown_date(text), max(depth, line.depth)
        return None


def _may_begin(lines: Sequence[Line]) -> bool:
    """Tell whether an attribution over several lines begins with the first of them, by how such lines begin."""
    first, *others = (line.text.strip() for line in lines)
    begins = _ATTRIBUTION_START.match(first) or _ADDRESS.search(first)
    return bool(begins) and not any(_ATTRIBUTION_START.match(other) for other in others)


def _attributed(text: str, verb: re.Match[str]) -> str:
    """Return the name in "On Monday, Ada Holm <ada@…> wrote:": after the verb, after the date, or before it."""
    before = _ADDRESS.sub(" ", text[: verb.start()])
    parts = re.split(r"\d", before)
    first_word, _, rest = before.partition(" ")
    for candidate in (verb["after"], parts[-1] if len(parts) > 1 else rest, parts[0] if len(parts) > 1 else first_word):
        name = _name(_BEFORE_NAME.sub("", candidate))
        if sum(map(str.isalpha, name)) > 1 and name.casefold() not in ("het volgende", "tarihinde"):
            return name
    address = _ADDRESS.search(text)
    return _name(address[0]) if address else ""


def _name(text: str) -> str:
    """Return the name of a person, or the address where no name stands by it."""
    shown = one_line(text)
    name = _ADDRESS.sub(" ", shown).strip(" ,;:<>()[]\"'*|")
    if not any(map(str.isalpha, name)):
        address = _ADDRESS.search(shown)
        name = address[0].strip("<>()[]").removeprefix("mailto:") if address else ""
    return " ".join(name.split())[:80]


def shown_date(text: str) -> str:
    """Return the first date in a text as ``2 June 2025``, "" if none can be told for sure."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            month = _MONTHS.get(match["month"].lower().rstrip("."))
            if month and (shown := _shown(int(match["year"]), month, int(match["day"]))):
                return shown
    numbers = _NUMBERS.search(text)
    if numbers is not None:
        year, month, day = (int(numbers[f"iso_{part}"] or numbers[part]) for part in ("year", "month", "day"))
        return _shown(year + 2000 if year < 100 else year, month, day)
    return ""


def _shown(year: int, month: int, day: int) -> str:
    try:
        return long_date(date(year, month, day))
    except ValueError:
        return ""


def long_date(day: date) -> str:
    """Return a date as it is said: ``2 June 2025``, whatever language the system speaks."""
    return f"{day.day} {_ENGLISH[day.month - 1]} {day.year}"
