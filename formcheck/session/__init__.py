"""The one loop: source → pose estimator → foot refiner → landmark recording.

Everything right of the recording is pure and happens elsewhere.
"""

from formcheck.session.loop import EstimatorFactory, Refiner, RefinerFactory
from formcheck.session.recording import record, record_many
from formcheck.session.workers import Progress

__all__ = ["EstimatorFactory", "Progress", "Refiner", "RefinerFactory", "record", "record_many"]
