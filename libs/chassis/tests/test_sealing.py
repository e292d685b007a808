"""Decides that a sealed part opens for one service as one shape, and for nobody else."""

import base64
import json
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey

from tereze.chassis.sealing import CannotOpen, Sealer, UnknownRecipient
from tereze.contracts.labels import IDENTITY, Contract
from tereze.contracts.referrals import Child, Reporter, SealedForReferral, SealedForRegistry

ACCOUNT = SealedForReferral(narrative="Әжесі айтты: бала ұйықтамайды", reporter=Reporter(name="Invented"))


class Other(Contract):
    narrative: Annotated[str, IDENTITY]


def sealers(*names: str, key=lambda: ECKey.generate_key("P-256")) -> list[Sealer]:
    keys = {name: key() for name in names}
    return [Sealer(service=name, own=keys[name], recipients=keys) for name in names]


@pytest.fixture(scope="module", params=["P-256", "P-384", "P-521", "X25519", "X448"])
def three(request):
    kind = OKPKey if request.param.startswith("X") else ECKey
    return sealers("intake", "referral", "registry", key=lambda: kind.generate_key(request.param))


def test_the_named_service_opens_what_was_sealed(three):
    intake, referral, _ = three
    assert referral.open(intake.seal("referral", ACCOUNT), SealedForReferral) == ACCOUNT


def test_no_other_service_opens_it_not_even_its_sender(three):
    intake, _, registry = three
    token = intake.seal("referral", ACCOUNT)
    for other in (intake, registry):
        with pytest.raises(CannotOpen):
            other.open(token, SealedForReferral)


def test_it_opens_as_its_own_shape_only(three):
    intake, referral, _ = three
    token = intake.seal("referral", ACCOUNT)
    for shape in (SealedForRegistry, Other):
        with pytest.raises(CannotOpen):
            referral.open(token, shape)


def test_the_token_shows_nothing_of_the_content(three):
    token = three[0].seal("referral", ACCOUNT)
    assert "Invented" not in token
    shown = token.split(".")[0]
    header = json.loads(base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)))
    assert header.keys() == {"alg", "enc", "kid", "cty", "epk"}
    assert (header["alg"], header["enc"]) == ("ECDH-ES+A256KW", "A256GCM")


def test_the_same_content_never_looks_the_same_in_any_part(three):
    once, again = (three[0].seal("referral", ACCOUNT).split(".") for _ in range(2))
    assert all(one != other for one, other in zip(once, again, strict=True))


@given(st.text(min_size=1, max_size=300))
def test_what_is_sealed_is_what_any_library_opens(narrative):
    token = RECEIVER.seal("referral", SealedForReferral(narrative=narrative))
    opened = jwe.decrypt_compact(token, RECEIVER._own, algorithms=["ECDH-ES+A256KW", "A256GCM"])
    assert opened.plaintext is not None
    assert json.loads(opened.plaintext)["narrative"] == narrative


def test_a_key_that_only_signs_seals_nothing():
    with pytest.raises(TypeError):
        sealers("referral", key=lambda: OKPKey.generate_key("Ed25519"))


def test_a_changed_token_does_not_open_and_says_nothing(three):
    intake, referral, _ = three
    parts = intake.seal("referral", ACCOUNT).split(".")
    for index, part in enumerate(parts):
        changed = [*parts]
        changed[index] = ("A" if part[0] != "A" else "B") + part[1:]
        with pytest.raises(CannotOpen) as refusal:
            referral.open(".".join(changed), SealedForReferral)
        assert "Invented" not in str(refusal.value)


def test_a_weaker_algorithm_is_not_accepted(three):
    _, referral, _ = three
    header = {"alg": "ECDH-ES+A128KW", "enc": "A128GCM", "kid": "referral", "cty": "SealedForReferral"}
    token = jwe.encrypt_compact(
        header, ACCOUNT.model_dump_json().encode(), referral._own, algorithms=["ECDH-ES+A128KW", "A128GCM"]
    )
    with pytest.raises(CannotOpen):
        referral.open(token, SealedForReferral)


def test_an_unknown_recipient_is_said_so(three):
    with pytest.raises(UnknownRecipient):
        three[0].seal("nobody", ACCOUNT)


def test_keys_come_from_files(keys_dir):
    intake, registry = Sealer.from_files(keys_dir, "intake"), Sealer.from_files(keys_dir, "registry")
    child = SealedForRegistry(child=Child(family="Ойдан", given="Шығарылған"))
    assert registry.open(intake.seal("registry", child), SealedForRegistry) == child


@given(st.text() | st.from_regex(r"\A([A-Za-z0-9_-]{0,20}\.){4}[A-Za-z0-9_-]{0,20}\Z"))
def test_nothing_else_breaks_the_opener(token):
    with pytest.raises(CannotOpen):
        RECEIVER.open(token, SealedForReferral)


RECEIVER = sealers("referral")[0]
