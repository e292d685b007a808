"""Decides which routes the registry answers; must never hold one."""

from fastapi import APIRouter

from tereze.registry.api import families, identity, merges, patients, persons, reviews, rolls

router = APIRouter()
for _noun in (persons, identity, merges, reviews, families, rolls, patients):
    router.include_router(_noun.router)
