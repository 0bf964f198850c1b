"""A port that is taken is named, with its holder and the setting to change."""

import os
import socket
from contextlib import closing

import pytest

from sealea.errors import ServiceError
from sealea.local import ports


@pytest.fixture
def listener():
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def test_a_busy_port_is_refused_with_its_holder_and_the_setting_to_change(listener):
    port = listener.getsockname()[1]

    with pytest.raises(ServiceError, match=rf"PostgreSQL needs port {port}.*process {os.getpid()} \(.*SEALEA_POSTGRES_PORT"):
        ports.require_free("127.0.0.1", port, "PostgreSQL", "SEALEA_POSTGRES_PORT")


def test_a_port_is_free_again_when_its_listener_is_gone(listener):
    port = listener.getsockname()[1]
    assert ports.answers("127.0.0.1", port)
    listener.close()

    ports.require_free("127.0.0.1", port, "PostgreSQL", "SEALEA_POSTGRES_PORT")
    assert not ports.answers("127.0.0.1", port)


@pytest.mark.parametrize(("host", "dialled"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("10.1.2.3", "10.1.2.3")])
def test_a_service_that_listens_everywhere_is_reached_at_this_machine(host, dialled):
    assert ports.reachable(host) == dialled


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("10.1.2.3", False)])
def test_only_loopback_addresses_keep_other_machines_out(host, loopback):
    assert ports.is_loopback(host) is loopback
