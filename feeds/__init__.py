"""Wirewatch without a screen: fetches, reads, reconciles, stores, filters and prints.

Must never import `tui`, Textual or Rich.
"""

__version__ = "0.1.0"
