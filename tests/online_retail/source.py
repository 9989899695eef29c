"""The order lines, as they came, shuffled, or cut down to a few customers."""

import csv
import lzma
import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

Row = dict[str, str]


@dataclass(frozen=True)
class Cut:
    """What of the data to import, in which order."""

    order: str = "file"
    customers: frozenset[str] | None = None

    @property
    def is_all(self) -> bool:
        return self.order == "file" and self.customers is None


def data_file(folder: Path) -> Path:
    """The file of order lines in a data folder."""
    packed = folder / "onlineretail.csv.xz"
    return packed if packed.exists() else folder / "onlineretail.csv"


def open_data(path: Path) -> IO[Any]:
    """The file as text."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def rows(path: Path) -> Iterator[Row]:
    """The rows of a file of order lines."""
    with open_data(path) as file:
        yield from csv.DictReader(file)


def customers(folder: Path, limit: int | None) -> frozenset[str] | None:
    """The first customers of the expected file; None for all."""
    if limit is None:
        return None
    known = [row["CustomerID"] for row in rows(folder / "expected_per_customer.csv")]
    return frozenset(known[:limit])


def prepared(folder: Path, cut: Cut, scratch: Path) -> Path:
    """The file to import; a new one unless the whole file is meant as it is."""
    original = data_file(folder)
    if cut.is_all:
        return original
    chosen = _chosen(original, cut, scratch / "chosen.csv")
    return chosen if cut.order == "file" else _shuffled(chosen, scratch / "shuffled.csv")


def _chosen(original: Path, cut: Cut, target: Path) -> Path:
    with open_data(original) as source, target.open("w", encoding="utf-8", newline="") as file:
        reader = csv.reader(source)
        header = next(reader)
        place = header.index("CustomerID")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(
            row for row in reader if cut.customers is None or row[place] in cut.customers
        )
    return target


def _shuffled(path: Path, target: Path) -> Path:
    """The lines in a random order that is always the same, without holding them all."""
    with path.open("rb") as source, target.open("wb") as file:
        file.write(source.readline())
        places = array("q", [source.tell()])
        while source.readline():
            places.append(source.tell())
        places.pop()
        random.Random(7).shuffle(places)
        for place in places:
            source.seek(place)
            file.write(source.readline())
    return target
