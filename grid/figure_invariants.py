"""The leaders' figures never drift: what is kept equals what the rows say."""

from collections.abc import Iterator

from accounts.invariants import Found, invariant
from grid import figure_drift
from grid.figure_enums import FigureSource
from grid.models import FigureState


@invariant("figures-rows", "领导看板的每个县、每个月的数字等于逐条清点的结果")
def counties() -> Iterator[Found]:
    state = FigureState.objects.first()
    if state is None:
        return
    for source in FigureSource.values:
        for region, month, part, *numbers in figure_drift.of_counties(source, state.sealed):
            half = len(numbers) // 2
            yield "grid_figure", f"{region} {source} {month:%Y-%m} {part}", numbers[:half], numbers[half:]


@invariant("figures-villages", "每个村的数字等于逐条清点的结果")
def villages() -> Iterator[Found]:
    if FigureState.objects.exists():
        for village, *numbers in figure_drift.of_villages():
            half = len(numbers) // 2
            yield "grid_villagefigure", village, numbers[:half], numbers[half:]


@invariant("figures-spread", "市、省和累计的数字等于各县各月之和")
def spread() -> Iterator[Found]:
    for region, source, month, part in figure_drift.of_spread():
        key = f"{region} {source} {month:%Y-%m} {part}"
        yield "grid_figure", key, "the sum of its counties", "another"
