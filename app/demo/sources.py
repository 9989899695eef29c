"""Sources of the demo shop, under ids that examples can name; their keys are thrown away."""

from app.access.model import DEMO, NewSource, SourceKind

DEMO_SOURCES = {
    f"{DEMO}web": NewSource(
        name="Web shop", kind=SourceKind.DATADOG_RUM, origins=("https://shop.example",)
    ),
    f"{DEMO}orders": NewSource(
        name="Order service", kind=SourceKind.SEGMENT, traits_become_attributes=True
    ),
}
