"""Control words and character sets of the Rich Text Format."""

from __future__ import annotations

SIGNS = {
    "tab": "\t", "line": "\n", "softline": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
SYMBOLS = {"~": "\u00a0", "_": "-", "-": "", "\\": "\\", "{": "{", "}": "}", "\n": "\r", "\r": "\r", "|": ""}
SKIPPED = frozenset(
    "fonttbl colortbl stylesheet listtable listoverridetable rsidtbl generator fldinst objdata themedata filetbl "
    "revtbl colorschememapping latentstyles datastore xmlnstbl mmathPr bkmkstart bkmkend nonshppict shprslt sp sn sv "
    "template private passwordhash userprops pgptbl wgrffmtfilter ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn "
    "picprop blipuid blipuuid operator author manager company category keywords comment doccomm hlinkbase printim "
    "revtim buptim txe xe tc rxe pxe nonesttables falt panose fname datafield formfield ffname".split()
)
ASIDE = {
    "footnote": "footnote", "annotation": "comment", "header": "header", "headerl": "header", "headerr": "header",
    "headerf": "header", "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
}  # fmt: skip
KNOWN_STARRED = frozenset("annotation shppict shpinst shptxt listtext pntext footnote background".split())
"""Destinations that are marked as such that a reader may skip, and that hold text."""
CHARSETS = {
    0: "cp1252", 77: "mac_roman", 78: "shift_jis", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030",
    136: "big5hkscs", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
