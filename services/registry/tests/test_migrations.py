async def test_the_migrations_make_the_tables_the_code_expects(registry):
    assert await registry.drift() == []
