from tests.asterisk.conftest import asterisk_root  # noqa: F401 - a fixture
