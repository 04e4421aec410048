# SPDX-License-Identifier: Apache-2.0
"""The documentation's settings. What the pages show of programs' output is made here, anew at each build."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import shown_output

project = "Worldswitch"
author = "the Worldswitch authors"
copyright = author
html_theme = "furo"
html_title = "Worldswitch"
html_copy_source = False
html_show_sourcelink = False
exclude_patterns = []
nitpicky = True
# The C++ shown on the pages is taken from the sources by literalinclude; its language is told there.
highlight_language = "console"


def setup(app):
    app.connect("builder-inited", lambda _app: shown_output.make())
