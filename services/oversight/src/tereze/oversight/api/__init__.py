"""Decides which routes the oversight service answers; must never hold one itself."""

from fastapi import APIRouter

from tereze.oversight.api import duties, gaps, sla

router = APIRouter()
router.include_router(sla.router)
router.include_router(duties.router)
router.include_router(gaps.router)
