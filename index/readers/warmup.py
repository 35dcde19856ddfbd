"""What a process loads before it reads files: afterwards it may open nothing, so nothing can be imported either.

Libraries are imported whole, as many import parts of themselves only when these are needed. Then a tiny file of each
way of reading is read, for what libraries load and build besides. Where a reader uses a further library, add it to
:data:`LIBRARIES`; a test finds what is missing.
"""

from __future__ import annotations

import gc
import io
import mimetypes
import pkgutil
import sys
import warnings
import zipfile
import zlib
from contextlib import redirect_stdout
from importlib import import_module

LIBRARIES = (
    "chardetng_py",
    "compressed_rtf",
    "defusedxml",
    "docutils",
    "email",
    "encodings",
    "html",
    "index.readers",
    "json",
    "lxml",
    "markdown_it",
    "mdit_py_plugins",
    "mdurl",
    "olefile",
    "PIL",
    "pylatexenc",
    "pypdfium2",
    "python_calamine",
    "selectolax",
    "xlrd",
    "xml",
)
"""Packages of which every module is imported; what is not installed (of an extra) is left out."""
MODULES = (
    "_strptime",
    "bz2",
    "calendar",
    "colorsys",
    "csv",
    "decimal",
    "difflib",
    "fractions",
    "grp",
    "gzip",
    "hashlib",
    "locale",
    "lzma",
    "mmap",
    "numbers",
    "plistlib",
    "pprint",
    "pwd",
    "quopri",
    "resource",
    "statistics",
    "stringprep",
    "tarfile",
    "tracemalloc",
    "unicodedata",
    "uuid",
    "zipfile",
)
"""Modules of Python that others import only when they need them."""
_LEFT_OUT = (
    "__main__", "doctest", "tests", "encodings.mbcs", "encodings.oem", "soupparser", "html5", "ElementSoup",
    "PIL.report", "PIL.ImageTk", "PIL.ImageQt", "PIL.ImageShow", "PIL.ImageGrab", "PIL._tkinter",
)  # fmt: skip
"""Parts of libraries that run something when they are imported, or that cannot be imported here."""


def preload() -> None:
    """Import all that reading files may import."""
    from index.readers.formats import extract

    with warnings.catch_warnings(), redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        for name in LIBRARIES:
            _import_whole(name)
        for name in MODULES:
            _import(name)
        mimetypes.init()
        for file, data in EXAMPLES.items():
            try:
                extract(data, file)
            except Exception:  # the example of an extra that is not installed, say
                continue
    gc.collect()
    gc.freeze()  # what is shared with the children stays shared


def _import_whole(package: str) -> None:
    path = getattr(_import(package), "__path__", ())
    for found in pkgutil.walk_packages(path, f"{package}.", onerror=lambda name: None):
        if not any(part in found.name for part in _LEFT_OUT):
            _import(found.name)


def _import(name: str) -> object:
    try:
        return import_module(name)
    except Exception:  # of an optional part, whatever its library does about what is missing
        return None


def _zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in members.items():
            package.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


def _pdf() -> bytes:
    """Return a page with a divided word, a table and a form field; without a table of offsets, as pdfium makes one."""
    drawn = b"BT /F 12 Tf 20 150 Td (a long-) Tj 0 -14 Td (term page) Tj ET 20 20 m 180 20 l 20 60 m 180 60 l S"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>/Annots[6 0 R]>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(value)/Rect[100 100 180 115]/F 4/P 3 0 R>>",
    )
    body = b"".join(b"%d 0 obj%bendobj\n" % (i, item) for i, item in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def _png() -> bytes:
    """Return a white picture."""
    header = b"\0\0\0\x40\0\0\0\x40\x08\0\0\0\0"
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress((b"\0" + b"\xff" * 64) * 64)), (b"IEND", b""))
    framed = (
        len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


EXAMPLES: dict[str, bytes] = {
    "a.txt": b"Text.",
    "a.md": b"---\ntitle: t\ndate: 2024-01-01\n---\n# Title\n\nText[^1] ~~no~~ <b>b</b> ![p](p.png)\n\n[^1]: Note\n\n"
    b"| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n\n```sh\nls\n```\n",
    "a.html": b"<meta charset=iso-8859-2><title>t</title><h1>Title</h1><p>Text <sup>1</sup> <math><mi>x</mi></math>"
    b"<ol type=i><li>x</ol><dl><dt>a<dd>b</dl><input value=x><svg><text>s</text></svg><table><tr><th>a<td>b</table>",
    "a.xml": b"<?xml version='1.0' encoding='iso-8859-1'?><rows><row id='1'><a>x</a><b>&lt;p&gt;y&lt;/p&gt;</b></row>"
    b"</rows>",
    "b.xml": b"<book xmlns='http://docbook.org/ns/docbook'><title>t</title><para>Text &nbsp; <b>b</b>.</para></book>",
    "a.nxml": b"<article><front><article-meta><title-group><article-title>t</article-title></title-group>"
    b"</article-meta></front><body><sec><title>s</title><p>Text <math><mi>x</mi></math></p></sec></body></article>",
    "a.csv": b"a,b\n1,2\n",
    "a.json": b'{"a": 1}',
    "a.rst": b"Title\n=====\n\n:date: 2024-01-01\n\n1. *x* [1]_\n\n.. note:: n |s|\n.. |s| replace:: t\n"
    b".. code:: python\n\n   x\n\n.. figure:: p.png\n   :figwidth: image\n\n   c\n\n.. math:: x\n\n"
    b".. unknown:: :ref:`t`\n\n.. [1] Note\n\n==  ==\na   b\n==  ==\n1   2\n==  ==\n\n"
    b".. csv-table::\n\n   a,b\n\n.. contents::\n\n.. include:: <isonum.txt>\n",
    "a.org": b"* Title\n- x [[l][t]]\n| a | b |\n|---+---|\n| 1 | 2 |\n",
    "a.adoc": b"= Title\n\n. x\n\n|===\n|a |b\n|===\n",
    "a.tex": rb"\title{t}\begin{document}\section{s} Na\'{i}ve $\frac{1}{2} \alpha$ \cite{a}\footnote{n} \unknown{x}"
    rb"\begin{tabular}{l}a & b\\\end{tabular}\begin{itemize}\item x\end{itemize}\[x\]\end{document}",
    "a.ipynb": b'{"cells": [{"cell_type": "markdown", "source": "# t"}, {"cell_type": "code", "source": "x", '
    b'"outputs": [{"data": {"text/html": "<table><tr><td>1</table>"}}]}]}',
    "a.py": b"def f():\n    pass\n",
    "a.jsonl": b'{"a": 1}\n',
    "a.eml": b"Subject: =?utf-8?q?s?=\nFrom: =?utf-8?b?w6Q=?= <a@x.example>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n"
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=latin-1; format=flowed\n"
    b"Content-Transfer-Encoding: quoted-printable\n\nText.\n\nOn 1 June 2024 at 10:00, A <a@x.example> wrote:\n> Old.\n"
    b"--b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHA+eDxibG9ja3F1b3RlIHR5cGU9Y2l0ZT55\n"
    b"--b\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20240101T100000Z\nEND:VEVENT\n"
    b"--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n--b\nContent-Type: message/delivery-status\n\nA: b\n"
    b"--b\nContent-Disposition: attachment; filename*=utf-8''a%C3%A4.txt\n\nz\n--b--\n",
    "a.zip": _zipped(a__txt="Text."),
    "a.docx": _zipped(
        **{
            "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            '<w:body><w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Title</w:t></w:r></w:p><w:tbl><w:tr><w:tc>'
            "<w:p><w:r><w:t>Cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
        }
    ),
    "a.fodt": b"<d xmlns:o='o' xmlns:t='t'><o:body><o:text><t:h>T</t:h><t:p>x</t:p></o:text></o:body></d>",
    "a.pptx": _zipped(a__xml="<a/>"),
    "a.xlsx": _zipped(a__xml="<a/>"),
    "a.epub": _zipped(
        **{
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>',
            "a.opf": "<package><metadata><title>t</title><creator>c</creator><date>2024-01-01</date></metadata>"
            '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
            "a.xhtml": '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>t</h1><p/></body></html>',
        }
    ),
    "a.pdf": _pdf(),
    "a.png": _png(),
}
