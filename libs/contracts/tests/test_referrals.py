import re

import pytest
from pydantic import ValidationError

from tereze.contracts.referrals import Child


@pytest.mark.parametrize("written", ["2017", "2017.0", "2.017e3"])
def test_a_year_is_one_number_however_json_writes_it(written: str) -> None:
    assert Child.model_validate_json(f'{{"birth_year": {written}}}').birth_year == 2017


@pytest.mark.parametrize("written", ["2017.5", '"2017"', "1899", "2201", "true", "1e400"])
def test_what_is_not_a_year_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        Child.model_validate_json(f'{{"birth_year": {written}}}')


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u0085", "\u00a0"])
def test_a_name_of_blanks_is_no_name_and_the_schema_says_so(blank: str) -> None:
    with pytest.raises(ValidationError):
        Child(family=blank)
    family = Child.model_json_schema()["properties"]["family"]["anyOf"][0]
    assert re.search(family["pattern"], blank) is None
    assert Child(family=f"{blank}Көктемова{blank}").family == "Көктемова"
