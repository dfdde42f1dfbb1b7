"""Sphinx settings of the documentation site. `python tools/build_docs.py` copies this file beside the pages and builds them."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import openiads

sys.path.insert(0, str(Path(__file__).resolve().parent))

# A property of MyST-NB's parser that Sphinx is going to drop: a note for its makers, not for ours.
warnings.filterwarnings("ignore", category=DeprecationWarning)

project = "openiads"
author = "The openiads developers"
copyright = "The openiads developers"
version = release = openiads.__version__

extensions = ["sphinx.ext.autodoc", "numpydoc", "myst_nb", "typeset"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb", ".rst": "restructuredtext"}
root_doc = "index"
exclude_patterns = ["notebooks/*.py", "tests/**", "src/**"]
language = "en_GB"

# Pages are written for GitHub: equations as plain text in code blocks (set by typeset.py), headings as anchors.
highlight_language = "text"
default_role = "code"
myst_heading_anchors = 4
myst_enable_extensions: list[str] = []
suppress_warnings: list[str] = []

# Notebooks carry their outputs; nothing is executed here.
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = "openiads"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
# The summaries under search results are fetched page by page, which a browser refuses from the disk.
html_show_search_summary = False
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {
        "font-stack": "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', 'Liberation Sans', sans-serif",
        "font-stack--monospace": "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace",
    },
}
