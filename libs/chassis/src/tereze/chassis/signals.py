"""Decides which figures an operator sees of a service's moving parts; must never carry a key, an id or anything personal."""

from prometheus_client import Counter, Gauge

outbox_carried = Counter("tereze_outbox_carried_total", "Events handed to Kafka and acknowledged")
outbox_oldest_seconds = Gauge("tereze_outbox_oldest_seconds", "Age of the oldest event not yet handed to Kafka")
consumer_behind_seconds = Gauge("tereze_consumer_behind_seconds", "Age of the oldest event not yet handled", ["group"])
consumer_lag = Gauge("tereze_consumer_lag", "Events not yet handled", ["group"])
events_handled = Counter("tereze_events_handled_total", "Events that took effect", ["type"])
events_redelivered = Counter("tereze_events_redelivered_total", "Events seen again and left alone")
events_parked = Counter("tereze_events_parked_total", "Events parked after they failed")
parked_keys = Gauge("tereze_parked_keys", "Keys whose events wait for a person")
parked_oldest_seconds = Gauge("tereze_parked_oldest_seconds", "How long the longest parked key waits")
timers_fired = Counter("tereze_timers_fired_total", "Deadlines that fired", ["kind"])
timers_overdue_seconds = Gauge(
    "tereze_timers_overdue_seconds", "Age of the oldest deadline that is due and has not fired"
)
timers_parked = Gauge("tereze_timers_parked", "Deadlines whose handler is broken")
loop_failures = Counter("tereze_loop_failures_total", "How often a worker loop failed and was started again", ["loop"])
loop_waiting = Gauge("tereze_loop_waiting", "1 while a worker loop waits for what it needs, or for a person", ["loop"])
protocols_refused = Gauge("tereze_protocols_refused", "Protocol packs that hold a mistake and are not in use")
calendar_years_missing = Gauge(
    "tereze_calendar_years_missing", "Years whose working calendar is missing, from a quarter before they begin"
)
