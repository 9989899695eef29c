"""Sources of the demo shop, under ids that examples can name; their keys are thrown away."""

from app.access.model import DEMO, EventSourceKind, NewEventSource

DEMO_EVENT_SOURCES = {
    f"{DEMO}web": NewEventSource(
        name="Web shop", kind=EventSourceKind.DATADOG_RUM, origins=("https://shop.example",)
    ),
    f"{DEMO}orders": NewEventSource(
        name="Order service", kind=EventSourceKind.SEGMENT, traits_become_attributes=True
    ),
}
