"""Signs of the fonts Symbol and Wingdings, which files store by their place in the font, as Unicode."""

from __future__ import annotations

_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…│─↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪",
)
"""From 0x20 and from 0xA0 on."""
_SYMBOL_SIGNS = {
    first + i: sign for first, signs in zip((0x20, 0xA0), _SYMBOL, strict=True) for i, sign in enumerate(signs)
}
_WINGDINGS = {
    0x21: "✏", 0x22: "✂", 0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x36: "⌛", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹",
    0x45: "☜", 0x46: "☞", 0x6C: "●", 0x6E: "■", 0x6F: "☐", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x77: "⬥",
    0x78: "☒", **{0x80 + i: sign for i, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")},
    0x9E: "·", 0x9F: "•", 0xA7: "▪", 0xA8: "☐", 0xAB: "★", 0xD5: "⌫", 0xD8: "➢", 0xDB: "⮘", 0xDC: "⮚",
    0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE7: "←", 0xE8: "→", 0xE9: "↑", 0xEA: "↓", 0xEF: "⇦", 0xF0: "⇨",
    0xF1: "⇧", 0xF2: "⇩", 0xF3: "⇔", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0xA3: "☐", 0xA2: "■", 0x9E: "⬤",
}  # fmt: skip
_FONTS = {"symbol": _SYMBOL_SIGNS, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_PRIVATE = range(0xF000, 0xF100)


def is_symbol_font(font: str) -> bool:
    """Tell whether the signs of a font are not what their code points say."""
    return font.lower() in _FONTS or font.lower().startswith(("wingdings", "webdings"))


def from_symbol_font(text: str, font: str) -> str:
    """Return ``text`` that is shown in a symbol font as Unicode; signs without a counterpart are left out.

    Args:
        text: code points of the private use area from U+F000, or of the font itself.
        font: its name; for others than the known fonts only the private use area is left out.
    """
    signs = _FONTS.get(font.lower())
    if signs is None:
        return "".join(char for char in text if ord(char) not in _PRIVATE)
    return "".join(
        signs.get(ord(char) & 0xFF, "") if ord(char) < 0x100 or ord(char) in _PRIVATE else char for char in text
    )
