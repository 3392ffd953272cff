"""Secrets: where they come from, and what is told, and not told, when they are not to be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.backoffice import Secrets
from ivr.engine.loader import load_services
from ivr.engine.services import SecretRef, Services
from ivr.settings import SettingsError, load

TOLD = "secret CRM_TOKEN of crm: "


@pytest.fixture
def services() -> Services:
    headers = "headers: {Authorization: 'Bearer {secret:CRM_TOKEN}'}"
    text = f"secrets: [CRM_TOKEN, spare]\nservices: {{crm: {{url: 'demo:/x', {headers}}}}}"
    return load_services(text, "services.yaml")


def filled(services: Services, folder: Path | None, **environ: str) -> str:
    return Secrets.of(services, folder, environ).fill(("Bearer ", SecretRef("CRM_TOKEN")))


def test_they_come_from_the_environment_or_a_file(services: Services, tmp_path: Path) -> None:
    assert filled(services, None, IVR_SECRET_CRM_TOKEN="abc") == "Bearer abc"
    (tmp_path / "crm_token").write_text("small\n")
    assert filled(services, tmp_path) == "Bearer small"
    (tmp_path / "CRM_TOKEN").write_text("large\r\n")
    assert filled(services, tmp_path) == "Bearer large"
    assert filled(services, tmp_path, IVR_SECRET_CRM_TOKEN="abc") == "Bearer abc"


def test_one_that_is_missing_stops_the_start_and_says_where_to_put_it(services: Services, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as missing:
        Secrets.of(services, None, {})
    assert str(missing.value) == (
        f"{TOLD}it is nowhere; set IVR_SECRET_CRM_TOKEN, or name a folder with a file of it: IVR_SECRETS_DIR"
    )
    with pytest.raises(SettingsError) as missing:
        Secrets.of(services, tmp_path, {})
    assert str(missing.value) == f"{TOLD}it is nowhere; set IVR_SECRET_CRM_TOKEN, or write it into {tmp_path}/CRM_TOKEN"


@pytest.mark.parametrize("value", ["", " ", "hidden\nX-Evil: 1", "hidden\x00", "hiddenä", " hidden"])
def test_one_that_no_header_can_carry_is_not_repeated(services: Services, tmp_path: Path, value: str) -> None:
    (tmp_path / "CRM_TOKEN").write_text(value)
    for environ, folder in (({"IVR_SECRET_CRM_TOKEN": value}, None), ({}, tmp_path)):
        with pytest.raises(SettingsError, match="no header can carry it") as refused:
            Secrets.of(services, folder, environ)
        assert "hidden" not in str(refused.value)


def test_a_file_that_is_none(services: Services, tmp_path: Path) -> None:
    (tmp_path / "CRM_TOKEN").mkdir()
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        Secrets.of(services, tmp_path, {})


def test_a_variable_of_a_secret_is_no_unknown_setting() -> None:
    assert load({"IVR_SECRET_CRM_TOKEN": "x", "IVR_SECRETS_DIR": "/run/secrets"}).secrets_dir == Path("/run/secrets")


def test_they_do_not_show(services: Services) -> None:
    secrets = Secrets.of(services, None, {"IVR_SECRET_CRM_TOKEN": "hidden"})
    assert "hidden" not in f"{secrets!r} {secrets} {services!r}"
