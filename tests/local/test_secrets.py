"""Secrets are made once, kept from others, and never guessed when they are missing."""

import stat

import psycopg
import pytest

from sealea.errors import ServiceError
from sealea.local import secrets


def test_secrets_are_readable_by_their_owner_only(settings):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.secrets_dir.iterdir()}

    assert set(modes) == set(secrets.SECRETS)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(settings.secrets_dir.stat().st_mode) == 0o700


def test_a_secret_that_exists_is_never_replaced_and_a_missing_one_is_made(settings):
    before = {name: secrets.secret(settings, name) for name in secrets.SECRETS}
    secrets.secret_path(settings, "airflow").unlink()

    secrets.ensure_secrets(settings)

    after = {name: secrets.secret(settings, name) for name in secrets.SECRETS}
    assert {name for name in after if after[name] != before[name]} == {"airflow"}


def test_no_two_secrets_are_equal(settings):
    values = [secrets.secret(settings, name) for name in secrets.SECRETS]

    assert len(set(values)) == len(values)


def test_pseudonym_keys_have_32_bytes(settings):
    assert len(secrets.pseudonym_key(settings, "student")) == 32
    assert len(secrets.pseudonym_key(settings, "staff")) == 32


def test_a_lost_secret_is_reported_with_its_file(settings):
    path = secrets.secret_path(settings, "pseudonym_staff.key")
    path.unlink()

    with pytest.raises(ServiceError, match=f"{path} is missing"):
        secrets.pseudonym_key(settings, "staff")


def test_every_local_address_is_one_that_psycopg_understands(settings):
    for dsn, user in (
        (secrets.pipeline_dsn(settings), "sealea_pipeline"),
        (secrets.transform_dsn(settings), "sealea_transform"),
        (secrets.bi_dsn(settings), "bi_reader"),
    ):
        parts = psycopg.conninfo.conninfo_to_dict(dsn)
        assert parts == {
            "user": user,
            "password": secrets.secret(settings, user),
            "host": "127.0.0.1",
            "port": str(settings.postgres_port),
            "dbname": "warehouse",
        }


def test_an_address_in_the_settings_wins(settings):
    production = settings.model_copy(update={"pipeline_dsn": "postgresql://db/one", "transform_dsn": "postgresql://db/two"})

    assert secrets.pipeline_dsn(production) == "postgresql://db/one"
    assert secrets.transform_dsn(production) == "postgresql://db/two"


def test_airflow_gets_its_own_database_with_the_driver_spelt_out(settings):
    assert secrets.airflow_dsn(settings).startswith("postgresql+psycopg2://airflow:")
    assert secrets.airflow_dsn(settings).endswith(f"@127.0.0.1:{settings.postgres_port}/airflow")
