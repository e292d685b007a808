import pytest

from tereze.contracts.referrals import Child
from tereze.contracts.several import box_of_several


@pytest.mark.parametrize(
    ("boxes", "box"),
    [
        ({"given": "Айша и Дана"}, "given"),
        ({"given": "Айша мен Дана"}, "given"),
        ({"given": "Ерлан ЖӘНЕ Дана"}, "given"),
        ({"given": "Aisha and Dana"}, "given"),
        ({"given": "Айша, Дана"}, "given"),
        ({"given": "Айша; Дана"}, "given"),
        ({"given": "Айша+Дана"}, "given"),
        ({"family": "Омаров и Ахметов", "given": "Ерлан"}, "family"),
        ({"family": "Омаров и Ахметов", "given": "Айша и Дана"}, "given"),
    ],
)
def test_several_children_in_one_box_are_seen(boxes, box):
    assert box_of_several(Child(**boxes)) == box


@pytest.mark.parametrize(
    "boxes",
    [
        {}, {"given": "Анна-Мария"}, {"given": "Иман"}, {"given": "Айша,"}, {"given": "Нұр Али"}, {"given": "И. А."},
        {"family": "Омаров, Ерлан"}, {"given": "Менсұлу"}, {"given": "Айша (Aisha)"}, {"given": "Және"},
    ],
)  # fmt: skip
def test_one_child_is_one_however_the_name_is_written(boxes):
    assert box_of_several(Child(**boxes)) is None
