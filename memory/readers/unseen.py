"""What a document holds and nobody who looks at it sees: it is left out, since it is not there for the person."""

from __future__ import annotations

import ctypes
import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

import pypdfium2
import pypdfium2.raw as pdfium

from memory.errors import BadInput

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = re.compile(r"word/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml")
_OFF = ("0", "false", "off")
_PALE = 245  # of 255, from which on a colour can be that of the paper
_CONTRAST = 12  # of 255: what is fainter is not seen
_SCAN = 0.5  # of the page that a picture covers: what nobody sees over it is what was recognised in it


def fault(words: int, rest: str = "; the rest is used") -> BadInput | None:
    """What the status says of a file with so many hidden words; nothing where there are none."""
    count = "1 word" if words == 1 else f"{words} words"
    return BadInput(f"It holds {count} that cannot be seen.", f"They are left out{rest}.") if words else None


def remove_unseen(page: pypdfium2.PdfPage) -> int:
    """Takes text out of a page that is drawn invisibly, or in the paper's colour; how many words.

    The invisible text over a scanned page is what was recognised in it, and stays.
    """
    texts = list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]))
    invisible = [text for text in texts if _invisible(text)]
    pale = [text for text in texts if _pale(text) and text not in invisible]
    if invisible and _scanned(page):
        invisible = []
    if pale:
        shown = _Shown(page)
        invisible += [text for text in pale if not shown.sees(text)]
    if not invisible:
        return 0
    before = page.get_textpage()
    words = len(before.get_text_bounded().split())
    before.close()
    for text in invisible:
        _remove(page, text)
    after = page.get_textpage()
    words -= len(after.get_text_bounded().split())
    after.close()
    return max(words, 1)


def _remove(page: pypdfium2.PdfPage, text: pypdfium2.PdfObject) -> None:
    if text.container is None:
        page.remove_obj(text)
    else:
        pdfium.FPDFFormObj_RemoveObject(text.container, text)


def _invisible(text: pypdfium2.PdfObject) -> bool:
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(text) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def _pale(text: pypdfium2.PdfObject) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFPageObj_GetFillColor(text, red, green, blue, alpha)
    return alpha.value < _CONTRAST or min(red.value, green.value, blue.value) >= _PALE


def _scanned(page: pypdfium2.PdfPage) -> bool:
    width, height = page.get_size()
    pictures = (p.get_bounds() for p in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]))
    return any((right - left) * (top - bottom) >= _SCAN * width * height for left, bottom, right, top in pictures)


class _Shown:
    """A page as it is drawn, in grey, one point a pixel."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._left, _, _, self._top = page.get_bbox()
        self._bitmap = page.render(scale=1, grayscale=True)
        self._grey = bytes(self._bitmap.buffer)

    def sees(self, text: pypdfium2.PdfObject) -> bool:
        """Whether something stands out where the text is."""
        left, bottom, right, top = text.get_bounds()
        first, last = max(0, int(left - self._left)), min(self._bitmap.width, int(right - self._left) + 1)
        rows = range(max(0, int(self._top - top)), min(self._bitmap.height, int(self._top - bottom) + 1))
        lines = [self._grey[y * self._bitmap.stride :][first:last] for y in rows]
        drawn = b"".join(lines)
        return bool(drawn) and max(drawn) - min(drawn) >= _CONTRAST


def without_unseen(package: bytes) -> tuple[bytes, int]:
    """A DOCX without the runs that Word hides or writes in white on white, and how many words they had.

    Raises:
        zipfile.BadZipFile, ElementTree.ParseError: it is broken.
    """
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        parts = {name: old.read(name) for name in old.namelist() if _PARTS.fullmatch(name)}
        styles = old.read("word/styles.xml") if "word/styles.xml" in old.namelist() else b""
        if not any(b"vanish" in part or b"FFFFFF" in part.upper() for part in (styles, *parts.values())):
            return package, 0
        hiding = _hiding(styles)
        cleaned = {name: _cleaned(part, hiding) for name, part in parts.items()}
        words = sum(count for _, count in cleaned.values())
        if not words:
            return package, 0
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            for name in dict.fromkeys(old.namelist()):
                new.writestr(name, cleaned[name][0] if name in cleaned else old.read(name))
    return out.getvalue(), words


def _hiding(styles: bytes) -> frozenset[str]:
    """The names of the styles that hide, by themselves or by what they are based on."""
    found = _parsed(styles).findall(f"{_WORD}style") if styles else []
    names = {s.get(f"{_WORD}styleId", ""): s for s in found}
    hiding = {name for name, style in names.items() if _vanishes(style.find(f"{_WORD}rPr"))}
    for _ in names:
        more = {n for n, s in names.items() if _value(s.find(f"{_WORD}basedOn")) in hiding and not _shows(s)} - hiding
        if not more:
            break
        hiding |= more
    return frozenset(hiding)


def _parsed(part: bytes) -> Xml.Element:
    return Xml.fromstring(part)  # noqa: S314  its entities are refused before, and expat bounds what they grow to


def _cleaned(part: bytes, hiding: frozenset[str]) -> tuple[bytes, int]:
    root = _parsed(part)
    words = sum(_strip(paragraph, run) for paragraph, run in list(_unseen(root, hiding, plain=True)))
    return (Xml.tostring(root, encoding="utf-8", xml_declaration=True) if words else part), words


def _strip(parent: Xml.Element, run: Xml.Element) -> int:
    parent.remove(run)
    return len("".join(run.itertext()).split())


def _unseen(
    element: Xml.Element, hiding: frozenset[str], plain: bool, hidden: bool = False
) -> Iterator[tuple[Xml.Element, Xml.Element]]:
    """Each run that is not seen, after what it stands in; `plain`: on paper without a colour of its own."""
    for child in element:
        tag = child.tag.removeprefix(_WORD)
        properties = child.find(f"{_WORD}pPr" if tag == "p" else f"{_WORD}rPr")
        if tag == "p":
            style = properties.find(f"{_WORD}pStyle") if properties is not None else None
            yield from _unseen(child, hiding, plain and not _shaded(properties), _value(style) in hiding)
        elif tag == "r" and _hides(properties, hiding, plain, hidden):
            yield element, child
        else:
            coloured = tag == "tbl" or tag.endswith("txbxContent")
            yield from _unseen(child, hiding, plain and not coloured, hidden)


def _hides(run: Xml.Element | None, hiding: frozenset[str], plain: bool, hidden: bool) -> bool:
    if run is None:
        return hidden
    if (said := run.find(f"{_WORD}vanish")) is not None:
        return _value(said).lower() not in _OFF
    if hidden or _value(run.find(f"{_WORD}rStyle")) in hiding:
        return True
    return plain and _value(run.find(f"{_WORD}color")).upper() == "FFFFFF" and not _shaded(run)


def _vanishes(properties: Xml.Element | None) -> bool:
    said = properties.find(f"{_WORD}vanish") if properties is not None else None
    return said is not None and _value(said).lower() not in _OFF


def _shows(style: Xml.Element) -> bool:
    """Whether a style takes back what it inherits."""
    said = style.find(f"{_WORD}rPr/{_WORD}vanish")
    return said is not None and _value(said).lower() in _OFF


def _shaded(properties: Xml.Element | None) -> bool:
    marks = (properties.find(f"{_WORD}{name}") for name in ("shd", "highlight")) if properties is not None else ()
    return any(mark is not None for mark in marks)


def _value(element: Xml.Element | None) -> str:
    return element.get(f"{_WORD}val", "") if element is not None else ""
