"""The build of the wheel: contracts, rules and state packs travel with the package; a checkout reads them where they stand."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("expectations/extracts", "expectations/file_rules.yml", "expectations/reconcile", "expectations/states")


class Expectations(BuildHookInterface[Any]):
    """Adds the data that `sealea check` reads."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the data below the package; an editable install gets no copy, which would grow old."""
        if version == "standard":
            build_data["force_include"] |= {path: f"sealea/{path}" for path in SHIPPED}
