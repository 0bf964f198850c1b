"""What the harness has found."""


class Fault(Exception):
    """A pulled plug has changed something, or the platform does not recover."""
