"""V from level counts, against the numbers worked out in indicators.md 1.8 (tolerance 1e-4) and what must hold of any fit."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from sealea.release.binormal import Counts, fit

REFERENCE, FOCAL = [20, 30, 35, 15], [40, 30, 22, 8]


def counts(*rows: list[int]) -> Counts:
    return np.array(rows, dtype=np.int64)


def v(reference: Counts, focal: Counts) -> list[float]:
    """Return V of each pair."""
    return list(np.sqrt(2) * ndtri(fit(reference, focal).won_probability))


def test_four_levels_give_the_worked_fit() -> None:
    fitted = fit(counts(REFERENCE), counts(FOCAL))

    assert (fitted.mean[0], fitted.deviation[0], fitted.won_probability[0]) == pytest.approx((0.503257, 0.888177, 0.646643), abs=1e-4)
    assert v(counts(REFERENCE), counts(FOCAL)) == pytest.approx([0.532129], abs=1e-4)


def test_five_levels_give_what_a_general_maximiser_finds() -> None:
    # Nelder-Mead on the likelihood of (m, log s, cuts), scipy.optimize.minimize: m .495297, s .910774, P .642886, V .517862.
    reference, focal = counts([20, 25, 30, 20, 5]), counts([38, 29, 20, 10, 3])
    fitted = fit(reference, focal)

    assert (fitted.mean[0], fitted.deviation[0], fitted.won_probability[0]) == pytest.approx((0.495297, 0.910774, 0.642886), abs=1e-5)
    assert v(reference, focal) == pytest.approx([0.517862], abs=1e-5)


def test_a_fifth_level_that_a_state_of_four_does_not_have_changes_no_fit() -> None:
    assert v(counts([*REFERENCE, 0]), counts([*FOCAL, 0])) == v(counts(REFERENCE), counts(FOCAL))


@pytest.mark.parametrize(("cut", "worked"), [(1, 0.588274), (2, 0.524401), (3, 0.368638)])
def test_one_cut_gives_the_distance_at_equal_spread(cut: int, worked: float) -> None:
    merged = [counts([sum(side[:cut]), sum(side[cut:])]) for side in (REFERENCE, FOCAL)]

    assert fit(*merged).mean == pytest.approx([worked], abs=1e-4)
    assert v(*merged) == pytest.approx([worked], abs=1e-4)


def test_the_trapezoid_is_nearer_to_zero_than_the_fit() -> None:
    pairs = sum(r * f * (0.5 if i == j else i > j) for i, r in enumerate(REFERENCE) for j, f in enumerate(FOCAL)) / 100**2

    assert pairs == pytest.approx(0.6325)
    assert np.sqrt(2) * ndtri(pairs) == pytest.approx(0.478686, abs=1e-6)
    assert np.sqrt(2) * ndtri(pairs) < v(counts(REFERENCE), counts(FOCAL))[0]


def test_exact_shares_of_two_normal_distributions_give_them_back() -> None:
    cuts = np.array([-np.inf, -0.5, 0.4, 1.1, np.inf])
    reference = np.diff(ndtr((cuts - 0.7) / 1.2)) * 1e9
    focal = np.diff(ndtr(cuts)) * 1e9

    fitted = fit(reference.round().astype(np.int64)[None], focal.round().astype(np.int64)[None])

    assert (fitted.mean[0], fitted.deviation[0]) == pytest.approx((0.7, 1.2), abs=1e-6)


def test_a_level_that_nobody_reached_changes_nothing() -> None:
    without = fit(counts([20, 30, 50]), counts([40, 30, 30]))
    with_empty = fit(counts([20, 0, 30, 50]), counts([40, 0, 30, 30]))

    assert with_empty.won_probability == pytest.approx(without.won_probability, abs=1e-12)


def test_turning_the_groups_round_turns_the_sign() -> None:
    assert v(counts(FOCAL), counts(REFERENCE)) == pytest.approx([-0.532129], abs=1e-4)


def test_groups_that_the_levels_separate_have_no_fit_and_spoil_no_other() -> None:
    fitted = fit(counts([0, 0, 10, 10], REFERENCE, [30, 0, 0, 0], [0, 0, 0, 30]), counts([10, 10, 0, 0], FOCAL, [30, 0, 0, 0], [30, 0, 0, 0]))

    assert list(np.isnan(fitted.won_probability)) == [True, False, True, True]


def test_many_random_pairs_are_at_least_as_likely_as_the_truth_they_come_from() -> None:
    draw = np.random.default_rng(20260101)
    shares = np.diff(ndtr(np.array([-np.inf, -0.5, 0.4, 1.1, np.inf])))
    reference = draw.multinomial(200, np.diff(ndtr((np.array([-np.inf, -0.5, 0.4, 1.1, np.inf]) - 0.5) / 0.9)), 500).astype(np.int64)
    focal = draw.multinomial(200, shares, 500).astype(np.int64)

    deviates = ndtri(fit(reference, focal).won_probability)

    assert not np.isnan(deviates).any()
    assert np.mean(deviates) == pytest.approx(0.5 / np.sqrt(1 + 0.9**2), abs=0.02)
