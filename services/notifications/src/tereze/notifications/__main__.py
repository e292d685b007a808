"""Decides that this package runs as a service; must never be imported."""

from tereze.chassis.service import run
from tereze.notifications.app import build
from tereze.notifications.settings import NotificationSettings

run(build, NotificationSettings)
