"""The page of settings, from the table in sealea.settings."""

from sealea.settings import PREFIX, PROJECT, Settings


def settings_table() -> str:
    """Return docs/settings.md: every setting with its default and meaning."""
    lines = [
        "<!-- Generated from plugins/sealea/settings.py by `make render`; do not edit. -->",
        "# Settings",
        "",
        "Each is an environment variable. A variable that starts with `SEALEA_` and is not here is an error.",
        "",
        "| variable | default | meaning |",
        "| --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace(str(PROJECT), ".") or "empty"
        lines.append(f"| `{PREFIX}{name.upper()}` | `{default}` | {field.description} |")
    return "\n".join(lines) + "\n"
