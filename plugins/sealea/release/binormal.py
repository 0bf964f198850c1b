"""Two groups of students counted by level, as if levels were cuts through two normal distributions: the two-group ordered probit.

The focal group is N(0, 1), the reference group N(m, s²), the cuts are the same for both (indicators.md 1.8; Reardon and Ho 2015).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
STEPS = 60
HALVINGS = 8
CONVERGED = 1e-10  # gain in log-likelihood per student of the next step
FARTHEST = 4.0  # normal deviate of winning a pair beyond which the counts separate the groups: P under .00003 or above .99997


@dataclass(frozen=True)
class Fit:
    """The reference group's mean and standard deviation; NaN where the counts leave them open. One entry for each pair of groups."""

    mean: Floats
    deviation: Floats

    @property
    def won_probability(self) -> Floats:
        """Return the probability that a reference student outscores a focal one."""
        return np.asarray(ndtr(self.mean / np.sqrt(1 + self.deviation**2)), dtype=np.float64)


def fit(reference: Counts, focal: Counts) -> Fit:
    """Return the maximum likelihood fit of each row of counts, levels from low to high.

    Levels that nobody reached are left out of their row. Two levels leave equal deviations (V1 of indicators.md 1.8), one leaves nothing.
    """
    mean, deviation = (np.full(len(reference), np.nan) for _ in range(2))
    reached = (reference + focal) > 0
    for pattern in np.unique(reached, axis=0):
        rows = np.flatnonzero((reached == pattern).all(axis=1))
        level_count = int(pattern.sum())
        if level_count == 2:
            mean[rows], deviation[rows] = single_cut(reference[rows][:, pattern], focal[rows][:, pattern])
        elif level_count > 2:
            mean[rows], deviation[rows] = ordered_probit(reference[rows][:, pattern].astype(np.float64), focal[rows][:, pattern].astype(np.float64))
    return Fit(mean, deviation)


def single_cut(reference: Counts, focal: Counts) -> tuple[Floats, Floats]:
    """Return the mean at equal deviations from the shares below one cut; NaN where a group lies on one side of it."""
    below_reference, below_focal = (counts[:, 0] / np.maximum(counts.sum(axis=1), 1) for counts in (reference, focal))
    mean = ndtri(below_focal) - ndtri(below_reference)
    return np.where(np.isfinite(mean), mean, np.nan), np.ones(len(reference))


def ordered_probit(reference: Floats, focal: Floats) -> tuple[Floats, Floats]:
    """Return mean and deviation by Fisher scoring on (1/s, m/s, cuts), with steps halved until the likelihood rises; NaN where it never settles."""
    parameters = start(reference, focal)
    settled = np.zeros(len(parameters), dtype=bool)
    likelihood = log_likelihood(parameters, reference, focal)
    students = reference.sum(axis=1) + focal.sum(axis=1)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            active = np.flatnonzero(~settled)
            if not active.size:
                break
            moved, risen = improve(parameters[active], likelihood[active], reference[active], focal[active])
            gain = (risen - likelihood[active]) / students[active]
            parameters[active], likelihood[active] = moved, risen
            settled[active] = gain < CONVERGED
        deviation = 1 / parameters[:, 0]
        mean = parameters[:, 1] * deviation
    # A level that one group never reached may drive the deviation to 0 or infinity; the probability of winning a pair settles all the same.
    is_open = ~settled | ~(np.abs(mean) < FARTHEST * np.sqrt(1 + deviation**2))
    return np.where(is_open, np.nan, mean), np.where(is_open, np.nan, deviation)


def start(reference: Floats, focal: Floats) -> Floats:
    """Return where to begin: equal deviations, cuts and mean from the shares below each cut, with half a student more in every level."""
    cuts, below = (ndtri(np.cumsum(counts + 0.5, axis=1)[:, :-1] / (counts + 0.5).sum(axis=1, keepdims=True)) for counts in (focal, reference))
    return np.column_stack([np.ones(len(cuts)), (cuts - below).mean(axis=1), cuts])


def shares(parameters: Floats) -> tuple[Floats, Floats]:
    """Return the modelled share of the reference and of the focal group at each level."""
    scale, shift, cuts = parameters[:, :1], parameters[:, 1:2], parameters[:, 2:]
    return between(ndtr(scale * cuts - shift)), between(ndtr(cuts))


def between(below: Floats) -> Floats:
    """Return the differences of cumulative shares, with 0 before and 1 after them."""
    ends = np.zeros((len(below), 1)), np.ones((len(below), 1))
    return np.asarray(np.diff(np.hstack([ends[0], below, ends[1]]), axis=1), dtype=np.float64)


def log_likelihood(parameters: Floats, reference: Floats, focal: Floats) -> Floats:
    """Return the log-likelihood of each row; minus infinity where a share that somebody has is not above zero."""
    total = np.zeros(len(parameters))
    for counts, share in zip((reference, focal), shares(parameters), strict=True):
        with np.errstate(all="ignore"):
            total += np.where(counts > 0, counts * np.log(share), 0).sum(axis=1)
    return np.where(np.isfinite(total) & (parameters[:, 0] > 0), total, -np.inf)


def improve(parameters: Floats, likelihood: Floats, reference: Floats, focal: Floats) -> tuple[Floats, Floats]:
    """Return the parameters after one scoring step and their log-likelihood, as before where no step raises it."""
    step = scoring_step(parameters, reference, focal)
    best, highest = parameters.copy(), likelihood.copy()
    waiting = np.arange(len(parameters))
    for halving in range(HALVINGS):
        tried = parameters[waiting] + step[waiting] / 2**halving
        reached = log_likelihood(tried, reference[waiting], focal[waiting])
        rises = reached > likelihood[waiting]
        best[waiting[rises]], highest[waiting[rises]] = tried[rises], reached[rises]
        waiting = waiting[~rises]
    return best, highest


def scoring_step(parameters: Floats, reference: Floats, focal: Floats) -> Floats:
    """Return the step of Fisher scoring: the expected information solved for the gradient, row by row."""
    size = parameters.shape[1]
    gradient = np.zeros((len(parameters), size))
    information = np.tile(np.eye(size) * 1e-9, (len(parameters), 1, 1))
    for counts, share, slopes in zip((reference, focal), shares(parameters), slopes_of_shares(parameters), strict=True):
        safe = np.maximum(share, 1e-12)
        gradient += np.einsum("nk,nkp->np", counts / safe, slopes)
        information += np.einsum("n,nkp,nkq->npq", counts.sum(axis=1), slopes / safe[:, :, None], slopes)
    return np.asarray(np.linalg.solve(information, gradient[:, :, None])[:, :, 0], dtype=np.float64)


def slopes_of_shares(parameters: Floats) -> tuple[Floats, Floats]:
    """Return the slopes of the reference and of the focal shares by every parameter: row x level x parameter."""
    scale, shift, cuts = parameters[:, :1], parameters[:, 1:2], parameters[:, 2:]
    count = cuts.shape[1]
    at_reference, at_focal = density(scale * cuts - shift), density(cuts)
    reference, focal = (np.zeros((len(cuts), count, count + 2)) for _ in range(2))
    diagonal = np.arange(count)
    reference[:, :, 0] = at_reference * cuts
    reference[:, :, 1] = -at_reference
    reference[:, diagonal, diagonal + 2] = at_reference * scale
    focal[:, diagonal, diagonal + 2] = at_focal
    return difference(reference), difference(focal)


def density(deviate: Floats) -> Floats:
    """Return the standard normal density."""
    return np.asarray(np.exp(-(deviate**2) / 2) / np.sqrt(2 * np.pi), dtype=np.float64)


def difference(slopes: Floats) -> Floats:
    """Return the slopes of the shares from those of the cumulative shares, which are flat at both ends."""
    flat = np.zeros((len(slopes), 1, slopes.shape[2]))
    return np.asarray(np.diff(np.concatenate([flat, slopes, flat], axis=1), axis=1), dtype=np.float64)
