"""What all that is printed shares: the QR code, and the letters that every reader of PDF draws."""

import segno
from reportlab.platypus import Flowable

_QUIET = 4  # modules of white around the code (ISO/IEC 18004)


def qr_squares(text: str, size: float) -> list[tuple[float, float, float]]:
    """Give the dark squares of a QR code that is so wide: their left, top and width."""
    rows = segno.make(text, error="m", micro=False).matrix
    module = size / (len(rows) + 2 * _QUIET)
    return [
        ((across + _QUIET) * module, (down + _QUIET) * module, module)
        for down, row in enumerate(rows)
        for across, dark in enumerate(row)
        if dark
    ]


def drawable(text: str) -> str:
    """Leave out what the fonts that every reader of PDF has cannot draw, such as faces."""
    return text.encode("cp1252", "ignore").decode("cp1252")


class QrCode(Flowable):
    """A QR code."""

    def __init__(self, text: str, size: float) -> None:
        super().__init__()
        self._squares = qr_squares(text, size)
        self.width = self.height = size

    def draw(self) -> None:
        """Draw the code on the canvas, whose zero is at the bottom."""
        for left, top, wide in self._squares:
            self.canv.rect(left, self.height - top - wide, wide, wide, stroke=0, fill=1)
