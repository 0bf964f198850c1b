"""Naming: who would send the file and what it holds, from its name or from what the command line says of it."""

from dataclasses import dataclass, replace

from sealea.errors import SettingError
from sealea.file_name import FileName, senders_named
from sealea.intake.checking import WHOLE_STATE
from sealea.intake.rulebook import Account, Rulebook

KINDS = ("lea", "sea")
ANYBODY = "sender"  # an account that no name says, for layouts that any LEA may send


@dataclass(frozen=True)
class Said:
    """What the command line says of the files; None or empty is not said."""

    sender: str | None = None
    extract: str | None = None
    school_year: int | None = None
    window: str | None = None
    organisations: frozenset[str] = frozenset()


def identified(rulebook: Rulebook, name: str, said: Said) -> tuple[Account, FileName | None]:
    """Return the account and what the file holds; None if neither its name nor the command line tells.

    Raises SettingError if they contradict one another, or what the command line says does not exist.
    """
    target = from_name(rulebook, name, said)
    if target is not None:
        require_agreement(target, said)
    elif said.extract or said.school_year or said.window:
        target = from_words(rulebook, said)
    return account(rulebook, target, said), target


def from_name(rulebook: Rulebook, name: str, said: Said) -> FileName | None:
    """Return what the name says; None if it says nothing. Raises SettingError if it says different things for different senders."""
    senders = [said.sender] if said.sender else senders_named(name, rulebook.pack, rulebook.contracts) or [ANYBODY]
    accounts = [Account(sender, kind, "", frozenset()) for sender in senders for kind in kinds(sender, said)]
    readings = {target for account in accounts if (target := rulebook.target(account, name))}
    if len(readings) > 1:
        raise SettingError(f"{name} may be a file of {', '.join(sorted({target.sender_id for target in readings}))}. Say which by --sender.")
    return readings.pop() if readings else None


def kinds(sender: str, said: Said) -> tuple[str, ...]:
    """Return what kind of account it may be: that of a state education agency has its name, or reports all of the state."""
    if sender == ANYBODY:
        return KINDS
    return ("sea",) if sender.rpartition("-")[2] == "sea" or WHOLE_STATE in said.organisations else ("lea",)


def require_agreement(target: FileName, said: Said) -> None:
    """Raise SettingError if the command line says otherwise than the name."""
    pairs = (
        ("--extract", said.extract, target.layout),
        ("--school-year", said.school_year, target.school_year),
        ("--window", said.window, target.window_code),
    )
    for option, value, named in pairs:
        if value is not None and value != named:
            raise SettingError(f"{option} says {value}, the file's name {named}. Leave the option out, or rename the file.")


def from_words(rulebook: Rulebook, said: Said) -> FileName:
    """Return what the command line says. Raises SettingError if it says too little, or names what does not exist."""
    if not (said.extract and said.school_year and said.window):
        raise SettingError("The file's name does not follow the state's pattern: give --extract, --school-year and --window together.")
    if said.extract in rulebook.pack.maps:
        extracts = rulebook.pack.maps[said.extract].extracts
    elif said.extract in rulebook.contracts:
        extracts = (said.extract,)
    else:
        known = ", ".join([*rulebook.pack.maps, *rulebook.contracts])
        raise SettingError(f"There is no extract {said.extract}. Those of {rulebook.pack.title}: {known}.")
    return FileName(said.sender or ANYBODY, said.extract, extracts, said.school_year, said.window)


def account(rulebook: Rulebook, target: FileName | None, said: Said) -> Account:
    """Return the account with the organisations it may report: those that are said, or the one that its name is; else all of the state."""
    sender = target.sender_id if target else said.sender or ANYBODY
    kind = "sea" if target and all(rulebook.contracts[extract].sender == "sea" for extract in target.extracts) else "lea"
    known = Account(sender, kind, "", said.organisations)
    if said.organisations:
        return known
    own = sender.upper()
    is_own = kind == "lea" and own.startswith(f"{rulebook.pack.state_code}-")
    return replace(known, organisations=frozenset({own if is_own else WHOLE_STATE}))
