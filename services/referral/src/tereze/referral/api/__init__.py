"""Decides which routes the referral service answers; must never hold one itself."""

from fastapi import APIRouter

from tereze.referral.api import cases, centres, exclusions, placements, protocols, tasks

router = APIRouter()
router.include_router(cases.router)
router.include_router(exclusions.router)
router.include_router(tasks.router)
router.include_router(protocols.router)
router.include_router(centres.router)
router.include_router(placements.router)
