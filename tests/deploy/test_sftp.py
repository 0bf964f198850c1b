"""The OpenSSH server's configuration and scripts, as far as they can be judged without starting it."""

import os
import re
import shutil
import subprocess

import pytest

from sealea.settings import PROJECT

CONFIG = PROJECT / "deploy/sftp/sshd_config"
SCRIPTS = sorted((PROJECT / "deploy").rglob("*.sh"))
SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
FORBIDDEN = [
    "AllowAgentForwarding",
    "AllowStreamLocalForwarding",
    "AllowTcpForwarding",
    "GSSAPIAuthentication",
    "GatewayPorts",
    "HostbasedAuthentication",
    "KbdInteractiveAuthentication",
    "PasswordAuthentication",
    "PermitEmptyPasswords",
    "PermitRootLogin",
    "PermitTTY",
    "PermitTunnel",
    "PermitUserEnvironment",
    "PermitUserRC",
    "UsePAM",
    "X11Forwarding",
]


@pytest.fixture(scope="module")
def directives() -> dict[str, str]:
    """Return the directives of sshd_config. sshd takes the first of a kind, so each may stand there once only."""
    lines = [line.split(maxsplit=1) for line in CONFIG.read_text().splitlines() if line and not line.startswith("#")]
    assert len({name for name, _ in lines}) == len(lines)
    return dict(lines)


@pytest.mark.parametrize("directive", FORBIDDEN)
def test_a_sender_is_not_allowed(directives, directive):
    assert directives[directive] == "no"


def test_a_key_is_the_only_way_in_and_an_inbox_the_only_way_on(directives):
    assert directives["AuthenticationMethods"] == "publickey"
    assert directives["AllowGroups"] == "senders"
    assert directives["StrictModes"] == directives["DisableForwarding"] == "yes"
    assert directives["ChrootDirectory"].endswith("/sftp/%u")
    assert directives["AuthorizedKeysFile"].endswith("/%u")
    assert not directives["AuthorizedKeysFile"].startswith(directives["ChrootDirectory"].removesuffix("/%u"))
    assert directives["ForceCommand"].split()[0] == directives["Subsystem"].split()[1] == "internal-sftp"


def test_no_block_of_the_configuration_makes_exceptions(directives):
    assert not {"Match", "Include"} & set(directives)


def test_the_script_serves_with_the_port_keys_and_homes_of_the_configuration(directives, compose):
    script = (PROJECT / "deploy/sftp/serve.sh").read_text()
    constants = dict(re.findall(r"^([A-Z_]+)=(\S+)", script, re.MULTILINE))

    assert directives["ChrootDirectory"] == f"{constants['HOMES']}/%u"
    assert directives["AuthorizedKeysFile"] == f"{constants['KEYS']}/current/%u"
    assert directives["HostKey"] == constants["HOST_KEY"]
    assert compose.services["sftp"]["ports"] == [f"2222:{directives['Port']}"]
    assert f"-p {directives['Port']} " in compose.services["sftp"]["healthcheck"]["test"][1]
    mounts = {volume.split(":")[1] for volume in compose.services["sftp"]["volumes"]}
    assert mounts == {constants["HOMES"], constants["SENDERS"], constants["HOST_KEY"].rpartition("/")[0]}


@pytest.mark.skipif(SSHD is None, reason="no sshd here, so it cannot say what it thinks of sshd_config")
def test_sshd_accepts_the_configuration(tmp_path):
    key = tmp_path / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    config = tmp_path / "sshd_config"
    config.write_text(re.sub(r"^HostKey .*$", f"HostKey {key}", CONFIG.read_text(), flags=re.MULTILINE))

    done = subprocess.run([str(SSHD), "-t", "-f", config], capture_output=True, text=True, check=False)

    # What it says, after it has read the configuration, on a machine where it was never started.
    other = [line for line in done.stderr.splitlines() if not line.startswith("Missing privilege separation directory")]
    assert other == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_valid_and_can_be_run(script):
    checked = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert script.read_text().startswith("#!/bin/sh\n")
    assert os.access(script, os.X_OK)
