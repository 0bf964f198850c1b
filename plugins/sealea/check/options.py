"""The options of `sealea check`; apart, so that other commands do not load what checking needs."""

import argparse
from pathlib import Path


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.epilog = (
        "Exit code: 0 every file would be accepted with nothing to correct or explain; 1 there are findings that return a file, "
        "quarantine a record or must be explained; 2 the command is wrong or a file cannot be checked."
    )
    add = parser.add_argument
    add("path", type=Path, nargs="+", metavar="FILE_OR_FOLDER", help="what would be sent")
    add("--pack", help="the state, such as wa; without it the first letters of the file's name tell, or SEALEA_STATE_PACK")
    add("--reference", type=Path, metavar="DIR", help="the SEA's reference files, such as its directory and chart of accounts")
    add("--sender", help="the account that sends, where the name does not say it")
    add("--extract", help="what the file holds, where the name does not say it")
    add("--school-year", type=int, help="the ending year, 2026 for 2025-26, where the name does not say it")
    add("--window", help="the collection window, where the name does not say it")
    add("--organisation", action="append", default=[], metavar="ID", help="an organisation that the account reports; may be repeated")
    add("--report", type=Path, metavar="DIR", help="write the report of every file there, as HTML, CSV and JSON")
    add("--repair", action="store_true", help="list what can be corrected without knowing more: padding, headers, encoding, delimiter, spaces")
    add("--write", type=Path, metavar="FILE_OR_DIR", help="with --repair: write the corrected copy there; never over another file")
    add("--format", choices=("text", "json"), default="text", help="what to print")
