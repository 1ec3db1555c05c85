"""Where an exception came from, without what it says: messages of exceptions quote what people typed."""

import traceback
from itertools import islice
from pathlib import PurePath

MOST_FRAMES = 12


def trace_of(error: BaseException) -> str:
    """``KeyError at service.py:41 book < drafts.py:80 press``, the innermost place first; causes after ``from``."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    places = " < ".join(
        f"{PurePath(each.filename).name}:{each.lineno} {each.name}" for each in islice(frames, MOST_FRAMES)
    )
    told = f"{type(error).__name__} at {places}" if places else type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        told += " of (" + "; ".join(trace_of(each) for each in error.exceptions[:3]) + ")"
    return f"{told} from {trace_of(error.__cause__)}" if error.__cause__ is not None else told
