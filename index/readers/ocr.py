"""Text in pictures, by RapidOCR (the extra ``pincite[ocr]``), where a file needs it and time is left.

The process that reads a file may open nothing, so it cannot load models. It notes what it would recognize, and ends;
the helper then loads the models (once, from its own installation) and has the file read again, with more time.
"""

from __future__ import annotations

import logging
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from index.readers.layout import Run

SECONDS_A_PAGE = 20
"""Processor time that a picture of a page may take; 3 to 7 are usual."""
MOST_SECONDS = 3_600
"""For all pictures of a file; what lies beyond is noted as unread."""
MEMORY_BYTES = 4 * 1024 * 1024 * 1024
"""Address space that recognizing takes; about a quarter of it is memory."""
IMAGES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"})
"""File name endings of pictures."""
SUFFIXES = IMAGES | {".pdf"}
"""Those of files that may need it."""
_DPI = 200
_LARGEST = 4_000
"""Pixels along the longer side, beyond which a picture is made smaller."""
_BODY = (0.75, 1.35)
"""Lines whose height lies within so many times the usual one are set in the same type: boxes are never exact."""
_SURE = 0.85
"""What is recognized less surely, on average, may stand on its head."""
_TURN_FROM = 1.0
_TURN_TO = 30.0
"""Degrees between which lines that slant are straightened."""
_IS_INSTALLED = find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None

_engine: Any = None
_deadline: float | None = None
_wanted = 0


class OutOfTime(Exception):
    """No time is left for another picture."""


def is_installed() -> bool:
    """Tell whether the extra is there."""
    return _IS_INSTALLED


def load() -> bool:
    """Load the models, for this process and those forked from it; return whether that could be done."""
    global _engine
    if _engine is None and _IS_INSTALLED:
        try:
            _engine = _loaded()
        except Exception:  # a part of the extra is missing or broken: files are read without it
            return False
    return _engine is not None


def _loaded() -> Any:
    import cv2
    import numpy
    import rapidocr
    from PIL import Image, ImageDraw

    cv2.setNumThreads(1)  # threads do not outlive a fork
    models = Path(rapidocr.__file__).with_name("models")
    parameters: dict[str, Any] = {"Global.log_level": "critical"}
    for part, pattern in (("Det", "*_det_*.onnx"), ("Rec", "*_rec_*.onnx")):
        parameters[f"{part}.model_path"] = str(next(models.glob(pattern)))  # what has a path is never fetched
    for name in ("intra_op_num_threads", "inter_op_num_threads"):
        parameters[f"EngineConfig.onnxruntime.{name}"] = 1
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    engine = rapidocr.RapidOCR(params=parameters)
    picture = Image.new("RGB", (320, 96), "white")
    ImageDraw.Draw(picture).text((16, 32), "Text", fill="black", font_size=32)
    engine(numpy.asarray(picture), use_cls=False)  # loads what is loaded on first use
    Image.init()
    return engine


def begin(seconds: float = 0) -> None:
    """Begin a file; its pictures are recognized if ``seconds`` of processor time are given for it."""
    global _deadline, _wanted
    _deadline = time.process_time() + seconds if seconds else None
    _wanted = 0


def is_ready() -> bool:
    """Tell whether pictures can be recognized now."""
    return _engine is not None and _deadline is not None


def wanted(pictures: int) -> None:
    """Note how many pictures could be recognized."""
    global _wanted
    _wanted += pictures


def seconds_wanted() -> int:
    """Return how much time what was noted takes; 0 where nothing was, or where it has been recognized."""
    return 0 if is_ready() else min(_wanted * SECONDS_A_PAGE, MOST_SECONDS)


def recognize(picture: Any) -> list[Run]:
    """Return the lines of text in a picture, in pixels with y growing upwards, upright.

    Args:
        picture: of Pillow.

    Raises:
        OutOfTime: the time that was allowed is over.
    """
    if _deadline is None or time.process_time() + SECONDS_A_PAGE / 2 > _deadline:
        raise OutOfTime
    picture = picture.convert("RGB")
    longest = max(picture.size)
    if longest > _LARGEST:
        picture = picture.resize([max(1, round(side * _LARGEST / longest)) for side in picture.size])
    found = _boxes(picture)
    if _stands_sideways(found):
        picture, found = _best([(turned, _boxes(turned)) for turned in _turned(picture, 90, 270)])
    elif _sureness(found) < _SURE * sum(len(text) for _, text, _ in found) or not found:
        (turned,) = _turned(picture, 180)
        picture, found = _best([(picture, found), (turned, _boxes(turned))])
    return _lines(_straightened(found), picture.size[1])


Box = tuple[list[tuple[float, float]], str, float]
"""Corners from the upper left clockwise, the text, and how sure it is."""


def _boxes(picture: Any) -> list[Box]:
    import numpy

    result = _engine(numpy.asarray(picture)[:, :, ::-1], use_cls=False)  # it would turn lines, but not the page
    if result.boxes is None or result.txts is None:
        return []
    return [
        ([(float(x), float(y)) for x, y in corners], text.strip(), float(score))
        for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
        if text.strip()
    ]


def _stands_sideways(found: list[Box]) -> bool:
    tall = sum(_height(corners) > 1.5 * _width(corners) for corners, text, _ in found if len(text) > 2)
    return tall > 0.6 * sum(len(text) > 2 for _, text, _ in found) > 0


def _turned(picture: Any, *degrees: int) -> list[Any]:
    return [picture.rotate(each, expand=True) for each in degrees]


def _best(read: list[tuple[Any, list[Box]]]) -> tuple[Any, list[Box]]:
    """Return the picture whose text is upright: a line that stands on its head is recognized less surely."""
    return max(read, key=lambda one: _sureness(one[1]))


def _sureness(found: list[Box]) -> float:
    return sum(score * len(text) for _, text, score in found)


def _width(corners: list[tuple[float, float]]) -> float:
    return max(x for x, _ in corners) - min(x for x, _ in corners)


def _height(corners: list[tuple[float, float]]) -> float:
    return max(y for _, y in corners) - min(y for _, y in corners)


def _straightened(found: list[Box]) -> list[Box]:
    """Turn boxes so that most lines run level."""
    import math

    angles = [
        math.degrees(math.atan2(corners[1][1] - corners[0][1], corners[1][0] - corners[0][0]))
        for corners, text, _ in found
        if len(text) > 8
    ]
    angle = median(angles) if angles else 0.0
    if not _TURN_FROM <= abs(angle) <= _TURN_TO:
        return found
    cosine, sine = math.cos(math.radians(-angle)), math.sin(math.radians(-angle))
    return [
        ([(x * cosine - y * sine, x * sine + y * cosine) for x, y in corners], text, score)
        for corners, text, score in found
    ]


def _lines(found: list[Box], height: float) -> list[Run]:
    """Return boxes as runs; the sizes of the type are told from the heights of the boxes, which are not exact."""
    sizes = [0.72 * abs((c[3][1] + c[2][1] - c[0][1] - c[1][1]) / 2) for c, _, _ in found]
    body = median(sizes) if sizes else 1.0
    runs = []
    for number, ((corners, text, _), size) in enumerate(zip(found, sizes, strict=True)):
        middle = height - sum(y for _, y in corners) / 4
        xs = [x for x, _ in corners]
        if _BODY[0] * body <= size <= _BODY[1] * body:
            size = body
        runs.append(Run(text, min(xs), middle - size / 2, max(xs), middle + size / 2, size, number))
    return runs


def page_picture(page: Any) -> Any:
    """Return a page of pypdfium2 as a picture of Pillow, as it is looked at."""
    longest = max(page.get_size())
    return page.render(scale=min(_DPI / 72, _LARGEST / longest), grayscale=True).to_pil()
