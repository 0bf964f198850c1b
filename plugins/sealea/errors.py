"""The errors of this package: one small tree, each saying what to do."""


class SealeaError(Exception):
    """Anything this package reports to a person. The message says what happened and what to do."""


class SettingError(SealeaError):
    """A setting is unknown, missing or unusable."""


class ContractError(SealeaError):
    """A contract, rule or state pack breaks its own schema."""


class ServiceError(SealeaError):
    """A local service could not be started, reached or stopped."""


class UnsafeUpload(SealeaError):
    """An upload is not a plain file that only its sender can have written."""


class RuleBug(SealeaError):
    """A rule itself failed to run. Never an LEA's error."""


class ReleaseHeld(SealeaError):
    """The release gate refused the candidate; the published release is unchanged."""
