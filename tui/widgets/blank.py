"""What a pane shows while it has nothing to show: a message in its middle.

Owns the placing of such a message. Must not decide its words.
"""

from __future__ import annotations

from rich.style import Style
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.style import Style as VisualStyle


def message_frame(message: Content, size: Size, style: VisualStyle, blank: Style) -> list[Strip]:
    """Return a message centred on a screen of that size, a strip for every line."""
    width, height = size
    lines = message.wrap(max(width - 4, 1))[:height] if message else []
    empty = Strip.blank(width, blank)
    frame = [empty] * (max(height - len(lines), 0) // 3)
    for line in lines:
        left = max(width - line.cell_length, 0) // 2
        pad = Strip.blank(left, blank)
        strip = Strip([*pad, *line.render_segments(style)], left + line.cell_length)
        frame.append(strip.adjust_cell_length(width, blank))
    return [*frame, *[empty] * (height - len(frame))]
