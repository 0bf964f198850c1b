"""What to do when a DAG is red: its section of dags/README.md, shown in the Airflow UI."""

from pathlib import Path

README = Path(__file__).parent / "README.md"


def triage(dag_id: str) -> str:
    """Return the section of dags/README.md headed `dag_id`, as Markdown. Raises KeyError if there is none."""
    sections = {section.split("\n", 1)[0].strip("` "): section for section in README.read_text().split("\n## ")[1:]}
    return f"## {sections[dag_id]}"
