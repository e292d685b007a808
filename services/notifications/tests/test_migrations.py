"""Decides that the migrations and the tables the code expects are the same."""


async def test_the_migrated_database_is_what_the_code_expects(notifications):
    assert await notifications.drift() == []
