"""A sealed secret is readable with the key it was sealed with, and with no other."""

import pytest
from pytest_django import Settings

from slaportal.lib.sealed import Unreadable, seal, unseal


def test_what_is_sealed_comes_back_and_does_not_show() -> None:
    sealed = seal("JBSWY3DPEHPK3PXP")
    assert unseal(sealed) == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DP" not in sealed
    assert seal("JBSWY3DPEHPK3PXP") != sealed


def test_an_older_key_still_opens_and_a_stranger_does_not(settings: Settings) -> None:
    sealed, former = seal("secret"), settings.SECRET_KEY
    settings.SECRET_KEY = "another key " * 5
    with pytest.raises(Unreadable, match="SECRET_KEY_FALLBACKS"):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert unseal(sealed) == "secret"


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(Unreadable):
        unseal(seal("secret")[:-2] + "AA")
