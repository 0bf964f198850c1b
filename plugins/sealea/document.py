"""Documents: YAML files that people write. A key written twice is an error; YAML itself would silently take the second."""

from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode

# libyaml reads seven times as fast, where the wheel has it.
SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UniqueKeys(SafeLoader):  # type: ignore[misc, valid-type]  # mypy does not know which of two loaders it is
    """Reads YAML and refuses a key that one mapping has twice."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the signature is PyYAML's
        """Return the mapping. Raises ConstructorError, naming key and line, for a key written twice."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise ConstructorError(None, None, f"{key} is written twice", key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def read(path: Path) -> Any:
    """Return what the YAML file `path` says. Raises yaml.YAMLError if it is none, or has a key twice."""
    return yaml.load(path.read_text(encoding="utf-8"), UniqueKeys)  # noqa: S506 - a SafeLoader
