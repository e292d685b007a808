"""Decides which routes the registry answers; must never hold one."""

from fastapi import APIRouter

from tereze.registry.api import merges, persons, reviews

router = APIRouter()
for _noun in (persons, merges, reviews):
    router.include_router(_noun.router)
