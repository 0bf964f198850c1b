"""The senders' accounts: a home, and the public keys that open it. A new one needs no restart of the server."""

import re
from pathlib import Path

import asyncssh

from sealea.errors import SettingError
from sealea.local.ports import reachable
from sealea.local.secrets import secret, write_private
from sealea.local.sender_home import ensure_home
from sealea.settings import Settings

SENDER_ID = re.compile(r"[a-z0-9_-]{1,64}")


def is_sender_id(text: str) -> bool:
    """Return whether the text can name a sender."""
    return SENDER_ID.fullmatch(text) is not None


def home(settings: Settings, sender_id: str) -> Path:
    """Return the folder of the sender's inbox and outbox. Raises SettingError for an id that cannot name a sender."""
    require_sender_id(sender_id)
    return settings.sftp_dir / sender_id


def account(settings: Settings, sender_id: str) -> Path:
    """Return the folder of the sender's keys, out of the sender's own reach. Raises SettingError like `home`."""
    require_sender_id(sender_id)
    return settings.state_dir / "senders" / sender_id


def require_sender_id(sender_id: str) -> None:
    """Raise SettingError for an id that cannot name a sender."""
    if not is_sender_id(sender_id):
        raise SettingError(f"{sender_id!r} cannot name a sender. Use up to 64 small letters, digits, - and _.")


def add_sender(settings: Settings, sender_id: str) -> Path:
    """Make the sender's folders and return the path of the private key with which the demo logs in as this sender.

    A key pair is made only if the sender has no key yet: a real sender gives a public key, and the path then names no file.
    """
    keys = account(settings, sender_id)
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    ensure_home(home(settings, sender_id))
    if not (keys / "authorized_keys").exists():
        pair = asyncssh.generate_private_key("ssh-ed25519", comment=sender_id)
        write_private(keys / "id_ed25519", pair.export_private_key().decode())
        write_private(keys / "authorized_keys", pair.export_public_key().decode())
    return keys / "id_ed25519"


def is_authorised(settings: Settings, sender_id: str, key: asyncssh.SSHKey) -> bool:
    """Return whether the key opens the sender's account; an unknown sender has no keys."""
    if not is_sender_id(sender_id):
        return False
    try:
        lines = (account(settings, sender_id) / "authorized_keys").read_text().splitlines()
    except FileNotFoundError:
        return False
    return any(is_key_of(line, key) for line in lines)


def is_key_of(line: str, key: asyncssh.SSHKey) -> bool:
    """Return whether a line of authorized_keys is this key; a line that is none, such as a comment, is not."""
    try:
        return bool(asyncssh.import_public_key(line).public_data == key.public_data)
    except asyncssh.KeyImportError:
        return False


def host_key(settings: Settings) -> str:
    """Return the server's public key as "ssh-ed25519 AAAA...", the form that Airflow's SFTP connection wants."""
    key = asyncssh.import_private_key(secret(settings, "sftp_host.key"))
    return " ".join(key.export_public_key().decode().split()[:2])


def known_hosts_line(settings: Settings) -> str:
    """Return the line by which a client's known_hosts recognises this server."""
    return f"[{reachable(settings.host)}]:{settings.sftp_port} {host_key(settings)}\n"
