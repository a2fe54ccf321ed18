"""How large a form may be: no form of people comes near, and what is larger is refused before it costs time or memory.

The figures in brackets are the largest found in 240 published forms. Those of one expression stand in `xpath.parser`.
"""

from __future__ import annotations

FILE_BYTES = 32 * 1024 * 1024
"""A form file, XForm or sheets [3 MB, every ward of Nigeria in the form itself]."""

OLD_FILE_BYTES = 8 * 1024 * 1024
"""A workbook of the old binary format, whose cells cost many times their bytes."""

UNPACKED_BYTES = 128 * 1024 * 1024
"""All parts of a workbook together once unpacked; a bomb is thousands of times larger than its file."""

WORKBOOK_PARTS = 2_000
"""Files inside a workbook [30]."""

QUESTION_ROWS = 20_000
"""Rows of the survey sheet [1,700]."""

SHEET_ROWS = 100_000
"""Rows of any other sheet; longer lists belong in a file beside the form, which is read row by row."""

SHEET_COLUMNS = 1_000
"""Columns of a sheet [90]; each language takes some."""

CELL_CHARACTERS = 32_767
"""What one cell of Excel holds."""

GROUPS_DEEP = 40
"""Groups inside groups [8]."""

ELEMENTS = 500_000
"""Elements of an XForm [76,000]."""

MEDIA_ELEMENTS = 3_000_000
"""Elements of an XML file beside the form: 100,000 entities with 30 properties."""

ELEMENTS_DEEP = 120
"""Elements inside elements [11]; readers of the tree go down one call for each."""

COUNT_ROWS = 2_000
"""Rows that one jr:count may make [40 members]; a slip of a finger must not fill the memory."""

COUNT_NODES = 200_000
"""Nodes that all rows of one counted repeat may begin with."""
