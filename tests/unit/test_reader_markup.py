"""reStructuredText, Org, AsciiDoc and LaTeX: structure and words kept, marks gone, nothing read from other files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from index.readers.asciidoc import read_asciidoc
from index.readers.base import Extracted
from index.readers.org import read_org
from index.readers.rst import read_rst
from index.readers.tex import read_tex

RST = """
=======
Harbour
=======
:Date: 2024-03-02
:Author: Ada

Lit by :doc:`oil lamps <oil>` and |fuel| [1]_, see ``lamp.cfg`` and `the log <http://example.org>`_.

.. |fuel| replace:: whale oil

Tolls
-----
3. Barges pay
4. Brigs pay

   a) in summer
   b) in winter

Quay
  Where boats lie.

.. warning:: Mind the step.

.. versionadded:: 3.2
   The :term:`crane`.

.. code-block:: python
   :linenos:

   toll = 3

.. list-table:: Prices
   :header-rows: 1

   * - Ship
     - Toll
   * - Barge
     - 3

+-------+-----+
| Ship  | Sum |
+=======+=====+
| all of them |
+-------+-----+
| Brig  | 11  |
|       +-----+
|       | 12  |
+-------+-----+

.. image:: lamp.png
   :alt: The lamp

.. toctree::

   oil
   rope

.. [1] Since 1702.
"""

ORG = """#+TITLE: Harbour
#+DATE: <2024-03-02 Sat>
* TODO Tolls /of Varn/                                   :money:old:
:PROPERTIES:
:ID: 12
:Keeper: Ada
:END:
A *fat* rope, =lamp.cfg= and [[http://example.org][the log]] and [[file:lamp.png]][fn:1], 3*4*5.
It goes on.
3. Barges pay
   in May
4. Brigs pay
- Quay :: where boats lie
| Ship  | Toll | Crew |
|-------+------+------|
| Barge | 3    |    2 |
| Brig  |      |    9 |
#+BEGIN_QUOTE
Ring twice.
#+END_QUOTE
# not this
#+BEGIN_COMMENT
nor this
#+END_COMMENT
#+BEGIN_SRC python
x = [[1]]
#+END_SRC
** Deep
#+INCLUDE: "oil.org"
[fn:1] Since 1702.
"""

ADOC = """= Harbour
Ada Holm <ada@example.org>
:revdate: 2024-03-02
:boat: brig

A *fat* rope, `lamp.cfg`, https://example.org[the log] and <<x,tolls>> of the {boat}.footnote:[Since 1702.]
It goes on.

// not this
== Tolls
. Barges pay
. Brigs pay
.. in summer
+
and autumn
. Boats do not
* rope
** thin
Quay:: Where boats lie

////
nor this
////

[source,python]
----
toll = *3*
----

.Prices
[cols="2,1",options="header"]
|===
|Ship |Toll
.2+|Brig |11
|12
2+|all of them
|===

include::oil.adoc[]
image::lamp.png[The lamp]
====
Ring twice.
====

Deep
----
End.
"""

TEX = r"""
\documentclass{article}
\newcommand{\ship}[1]{\textit{#1}}
\title{Harbour of \emph{Varn}} \author{Ada Holm\thanks{Guild}} \date{2024-03-02}
\begin{document}
\maketitle
\section{Tolls}\label{sec:tolls}
The \ship{Brig} pays 5\,\% --- see~\ref{sec:tolls} \cite{holm} and Caf\'e\footnote{Since 1702.}. % not this
It holds $x^2 \le \alpha$.

\url{http://example.org} and \href{http://example.org}{the log}.
\begin{enumerate}\item Barges pay \item Brigs pay \begin{itemize}\item in summer\end{itemize}\end{enumerate}
\begin{description}\item[Quay] Where boats lie.\end{description}
\begin{table}\caption{Prices}
\begin{tabular}{l|cc}\toprule Ship & \multicolumn{2}{c}{Toll} \\ \midrule
\multirow{2}{*}{Brig} & 11 & 12 \\ & 13 & 14 \\ \bottomrule\end{tabular}\end{table}
\begin{equation} E = mc^2 \end{equation}
\begin{lstlisting}[language=Python]
toll = 3 & \ship
\end{lstlisting}
\subsection*{Deep}
\input{oil}\includegraphics[width=3cm]{lamp.png}
\begin{theorem}All boats float.\end{theorem}
\end{document}
not this
"""


def blocks(text: Extracted) -> list[str]:
    for heading in text.headings:
        assert " ".join(text.text[heading.start : heading.end].split()) == heading.text
    return text.text.split("\n\n")


def notes(text: Extracted) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for note in text.unread:
        found.setdefault(note.what, []).append(note.where)
    return found


def test_restructured_text() -> None:
    text = read_rst(RST)
    assert blocks(text) == [
        "Harbour\nDate: 2024-03-02\nAuthor: Ada",
        "Lit by oil lamps and whale oil [1], see lamp.cfg and the log.",
        "Tolls\n3. Barges pay\n4. Brigs pay\na) in summer\nb) in winter",
        "Quay: Where boats lie.",
        "Warning: Mind the step.",
        "versionadded 3.2: The crane.",
        "toll = 3",
        "Prices\nShip: Barge | Toll: 3\nShip: all of them | Sum: all of them\nShip: Brig | Sum: 11\nShip: Brig | Sum: 12",
        "The lamp\n[1] Since 1702.",
    ]
    assert [(heading.level, heading.text) for heading in text.headings] == [(1, "Harbour"), (2, "Tolls")]
    assert (text.title, text.date) == ("Harbour", "2024-03-02")
    assert notes(text) == {"picture": ["lamp.png"], "attachment": ["table of contents"]}
    assert "footnote 1" in [place.label for place in text.places]


def test_org() -> None:
    text = read_org(ORG)
    assert blocks(text) == [
        "Harbour\nDate: <2024-03-02 Sat>",
        "TODO Tolls of Varn\nKeeper: Ada",
        "A fat rope, lamp.cfg and the log and lamp.png[1], 3*4*5. It goes on.\n"
        "3. Barges pay in May\n4. Brigs pay\n- Quay: where boats lie\n"
        "Ship: Barge | Toll: 3 | Crew: 2\nShip: Brig | Toll: (empty) | Crew: 9",
        "Ring twice.",
        "x = [[1]]",
        "Deep",
        "[1] Since 1702.",
    ]
    assert [(heading.level, heading.text) for heading in text.headings][1:] == [(1, "TODO Tolls of Varn"), (2, "Deep")]
    assert (text.title, text.date) == ("Harbour", "2024-03-02")
    assert notes(text) == {"picture": ["lamp.png"], "attachment": ["oil.org"]}


def test_asciidoc() -> None:
    text = read_asciidoc(ADOC)
    assert blocks(text) == [
        "Harbour\nAda Holm <ada@example.org>",
        "A fat rope, lamp.cfg, the log and tolls of the brig. (Since 1702.) It goes on.",
        "Tolls\n1. Barges pay\n2. Brigs pay\n1. in summer",
        "and autumn\n3. Boats do not\n- rope\n- thin\nQuay: Where boats lie",
        "toll = *3*",
        "Prices\nShip: Brig | Toll: 11\nShip: Brig | Toll: 12\nShip: all of them | Toll: all of them",
        "The lamp",
        "Ring twice.",
        "Deep",
        "End.",
    ]
    assert [(h.level, h.text) for h in text.headings] == [(1, "Harbour"), (2, "Tolls"), (2, "Deep")]
    assert (text.title, text.date) == ("Harbour", "2024-03-02")
    assert notes(text) == {"picture": ["lamp.png"], "attachment": ["oil.adoc"]}


def test_asciidoc_tables_with_a_bar_too_many_keep_their_rows() -> None:
    text = read_asciidoc("|===\n|Ship |Toll |Crew\n|Barge ||2|\n|Brig |11|9\n|===\n")
    assert text.text == "Ship: Barge | Toll: (empty) | Crew: 2\nShip: Brig | Toll: 11 | Crew: 9"


def test_latex() -> None:
    text = read_tex(TEX)
    assert blocks(text) == [
        "Harbour of Varn",
        "Ada Holm[1]",
        "2024-03-02",
        "Tolls",
        "The Brig pays 5 % — see tolls [holm] and Café[2]. It holds x^2 ≤α.",
        "http://example.org and the log.\n1. Barges pay\n2. Brigs pay\n- in summer\nQuay: Where boats lie.",
        "Prices\nShip: Brig | Toll: 11 | Toll: 12\nShip: Brig | Toll: 13 | Toll: 14",
        "E = mc^2",
        r"toll = 3 & \ship",
        "Deep",
        "All boats float.",
        "[1] Guild",
        "[2] Since 1702.",
    ]
    assert [(h.level, h.text) for h in text.headings] == [(1, "Harbour of Varn"), (2, "Tolls"), (3, "Deep")]
    assert (text.title, text.date) == ("Harbour of Varn", "2024-03-02")
    assert notes(text) == {"picture": ["lamp.png"], "attachment": ["oil"]}


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_rst, ".. include:: /etc/passwd\n\nText.\n"),
        (read_rst, ".. csv-table::\n   :file: /etc/passwd\n\nText.\n"),
        (read_rst, ".. raw:: html\n   :file: /etc/passwd\n\nText.\n"),
        (read_org, '#+INCLUDE: "/etc/passwd"\nText.\n'),
        (read_asciidoc, "include::/etc/passwd[]\n\nText.\n"),
        (read_tex, "\\input{/etc/passwd} Text.\n"),
    ],
)
def test_nothing_is_included_and_that_is_noted(read: Callable[[str], Extracted], text: str) -> None:
    found = read(text)
    assert found.text == "Text."
    assert [note.what for note in found.unread] == ["attachment"]


@pytest.mark.parametrize(
    "text",
    [
        "Title\n==\n\n*never closed |x| `a`__ [9]_ :foo:`bar\n\n+--+\n| a\n",
        ".. nothing::\n\n.. foo:: x\n",
        "\\begin{tabular} & \\\\ \\frac{1 \\section{",
        "|===\n|a 999999999999+|b\n.99999|c\n",
        "#+BEGIN_SRC\nnever closed\n* x\n| a",
    ],
)
@pytest.mark.parametrize("read", [read_rst, read_org, read_asciidoc, read_tex])
def test_what_is_malformed_is_read_as_far_as_it_goes(read: Callable[[str], Extracted], text: str) -> None:
    assert isinstance(read(f"Words.\n\n{text}"), Extracted)
    assert "Words." in read(f"Words.\n\n{text}").text
