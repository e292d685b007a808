"""Decides that particulars open where they were put, for whom they were put, until their key is destroyed, and never after."""

import asyncio
import base64

import pytest

from tereze.chassis.vault import KeyDestroyed, SealBroken, Vault, read_key

PLACE = "person.particulars"
TEXT = "Ойдан шығарылған бала".encode()


@pytest.fixture
def vault():
    return Vault(kek=b"k" * 32, index_key=b"i" * 32)


async def sealed_for(database, vault, subject, place=PLACE, text=TEXT):
    async with database.work() as work:
        return await vault.encrypt(work, subject=subject, place=place, text=text)


async def opened(database, vault, subject, sealed, place=PLACE):
    async with database.work() as work:
        return await vault.decrypt(work, subject=subject, place=place, sealed=sealed)


async def test_what_is_put_in_comes_out(database, vault):
    sealed = await sealed_for(database, vault, "per_1")
    assert TEXT not in sealed
    assert await opened(database, vault, "per_1", sealed) == TEXT


async def test_the_same_text_never_looks_the_same(database, vault):
    assert await sealed_for(database, vault, "per_1") != await sealed_for(database, vault, "per_1")


async def test_a_value_moved_to_another_row_does_not_open(database, vault):
    mine, theirs = await sealed_for(database, vault, "per_1"), await sealed_for(database, vault, "per_2")
    for subject, sealed in (("per_1", theirs), ("per_2", mine)):
        with pytest.raises(SealBroken):
            await opened(database, vault, subject, sealed)


async def test_a_value_moved_to_another_column_does_not_open(database, vault):
    sealed = await sealed_for(database, vault, "per_1")
    with pytest.raises(SealBroken):
        await opened(database, vault, "per_1", sealed, place="person.address")


async def test_many_open_together_each_for_its_subject_without_the_erased(database, vault):
    sealed = [(subject, await sealed_for(database, vault, subject)) for subject in ("per_1", "per_2", "per_1")]
    async with database.work() as work:
        assert await vault.decrypt_many(work, place=PLACE, sealed=sealed) == [TEXT, TEXT, TEXT]
        await vault.destroy(work, subject="per_2")
        assert await vault.decrypt_many(work, place=PLACE, sealed=sealed) == [TEXT, None, TEXT]
        assert await vault.decrypt_many(work, place=PLACE, sealed=[]) == []


async def test_a_changed_value_does_not_open(database, vault):
    sealed = bytearray(await sealed_for(database, vault, "per_1"))
    for index in (0, 1, 20, len(sealed) - 1):
        changed = bytes(sealed[:index]) + bytes([sealed[index] ^ 1]) + bytes(sealed[index + 1 :])
        with pytest.raises(SealBroken):
            await opened(database, vault, "per_1", changed)
    for short in (b"", b"\x01", bytes(sealed[:20])):
        with pytest.raises(SealBroken):
            await opened(database, vault, "per_1", short)


async def test_a_wrapped_key_moved_to_another_subject_does_not_open(database, vault):
    await sealed_for(database, vault, "per_1")
    sealed = await sealed_for(database, vault, "per_2")
    async with database.work() as work:
        await work.raw.execute(
            "UPDATE subject_key SET wrapped_key = (SELECT wrapped_key FROM subject_key WHERE subject = 'per_1')"
        )
    with pytest.raises(SealBroken):
        await opened(database, vault, "per_2", sealed)


async def test_without_the_key_encryption_key_nothing_opens(database, vault):
    sealed = await sealed_for(database, vault, "per_1")
    with pytest.raises(SealBroken):
        await opened(database, Vault(kek=b"x" * 32, index_key=b"i" * 32), "per_1", sealed)


async def test_a_destroyed_key_leaves_everything_of_the_subject_unreadable(database, vault):
    sealed = [await sealed_for(database, vault, "per_1", text=bytes([n])) for n in range(3)]
    other = await sealed_for(database, vault, "per_2")
    async with database.work() as work:
        await vault.destroy(work, subject="per_1")
    assert [await opened(database, vault, "per_1", value) for value in sealed] == [None, None, None]
    assert await opened(database, vault, "per_2", other) == TEXT
    async with database.work() as work:
        row = await work.raw.fetchrow("SELECT * FROM subject_key WHERE subject = 'per_1'")
    assert row["wrapped_key"] is None
    assert row["destroyed_at"] is not None


async def test_nothing_new_is_written_under_a_destroyed_key(database, vault):
    for subject in ("per_1", "never-seen"):
        async with database.work() as work:
            await vault.destroy(work, subject=subject)
        with pytest.raises(KeyDestroyed):
            await sealed_for(database, vault, subject)


async def test_a_destruction_that_is_rolled_back_destroys_nothing(database, vault):
    sealed = await sealed_for(database, vault, "per_1")

    async def change_of_mind():
        async with database.work() as work:
            await vault.destroy(work, subject="per_1")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await change_of_mind()
    assert await opened(database, vault, "per_1", sealed) == TEXT


async def test_two_first_writers_agree_on_one_key(database, vault):
    sealed = await asyncio.gather(*(sealed_for(database, vault, "per_1") for _ in range(8)))
    assert [await opened(database, vault, "per_1", value) for value in sealed] == [TEXT] * 8


def test_a_blind_index_is_stable_keyed_and_bound_to_its_purpose(vault):
    assert vault.blind("iin", "1") == vault.blind("iin", "1")
    assert len(vault.blind("iin", "1")) == 32
    assert vault.blind("iin", "1") != vault.blind("name", "1")
    assert vault.blind("iin", "1") != Vault(kek=b"k" * 32, index_key=b"j" * 32).blind("iin", "1")
    assert vault.blind("a", "\x00b") != vault.blind("a\x00", "b")


def test_what_belongs_to_no_subject_is_kept_by_place(vault):
    sealed = vault.keep("idempotency.body", TEXT)
    assert vault.recall("idempotency.body", sealed) == TEXT
    with pytest.raises(SealBroken):
        vault.recall("outbox.body", sealed)


def test_keys_come_from_files_and_a_short_one_is_refused(keys_dir, tmp_path):
    assert Vault.from_files(keys_dir, "registry").blind("a", "b") != Vault.from_files(keys_dir, "intake").blind(
        "a", "b"
    )
    (tmp_path / "short.kek").write_text(base64.b64encode(b"k" * 31).decode())
    with pytest.raises(ValueError, match=r"short\.kek"):
        read_key(tmp_path / "short.kek")
