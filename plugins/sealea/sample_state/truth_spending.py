"""What is true of how money is spent: over functions, schools, LEAs, years and positions (indicators.md 5.2, 5.4, 5.7 to 5.9, 5.11)."""

import polars as pl

from sealea.sample_state.accounts import FEDERAL
from sealea.sample_state.funds import ONE_TIME
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.truth_budgets import burn, execution, time_of_budgets
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, YEARLY, at_leas, placed


def spending(size: Size, state: Organisations, lines: pl.DataFrame, enrolled: pl.DataFrame, awards: pl.DataFrame) -> list[pl.DataFrame]:
    """Return what follows from `lines`, expenditure of all periods with `is_current`, `is_final` and cents; `enrolled` counts students by school.

    `awards` has lea, project, award year and cents.
    """
    current = lines.filter(pl.col("is_current") & pl.col("is_final"))
    students = enrolled.with_columns(lea=state.schools["lea"].gather(enrolled["school"]).cast(pl.Int64))
    sites = allocated(current, students)
    final = lines.filter("is_final").with_columns(is_federal=pl.col("project").is_in(FEDERAL))
    return [
        *function_mix(state, current),
        *by_site(state, sites),
        *excess_cost(state, sites),
        *equity(state, current, students),
        *effort(state, final, students),
        *indirect(state, final),
        execution(state, lines),
        time_of_budgets(state, lines),
        burn(size, state, lines, awards),
    ]


def function_mix(state: Organisations, current: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the share of each function (5.4)."""
    group = pl.when(pl.col("function").str.starts_with("1")).then(pl.lit("1000")).otherwise(pl.col("function").str.slice(0, 2) + "00")
    frame = placed(state, current.drop("school").with_columns(facet=group))
    parts = []
    for column in ABOVE_SCHOOLS:
        org = [pl.col(column).alias("org_id"), "school_year"]
        sums = frame.group_by(*org, "facet").agg(pl.col("cents").sum()).filter(pl.col("cents") != 0)
        over = ["org_id", "school_year"]
        shares = sums.with_columns(value=pl.col("cents") / pl.col("cents").sum().over(over), least=pl.col("cents").min().over(over))
        parts.append(shares.filter(pl.col("least") >= 0).with_columns(indicator_id=pl.lit("function_mix")))
    return parts


def allocated(current: pl.DataFrame, students: pl.DataFrame) -> pl.DataFrame:
    """Return the dollars of schools: their own, and their part of the LEA's by students, of special education by students with a disability."""
    personnel = pl.when(pl.col("object").str.contains("^[12]")).then(pl.lit("PERSONNEL_")).otherwise(pl.lit("OTHER_"))
    payer = pl.when(pl.col("project").is_in(FEDERAL)).then(pl.lit("FEDERAL")).otherwise(pl.lit("STATE_LOCAL"))
    kinds = current.with_columns(facet=personnel + payer, is_special=pl.col("program").str.starts_with("2"))
    keys = [*YEARLY, "facet", "is_special"]
    sites = students.filter(pl.col("students") > 0).select("school", *YEARLY, "students", "with_disability")
    weights = sites.with_columns(
        by_student=pl.col("students") / pl.col("students").sum().over(YEARLY), disabled=pl.col("with_disability").sum().over(YEARLY)
    ).with_columns(by_disability=pl.when(pl.col("disabled") > 0).then(pl.col("with_disability") / pl.col("disabled")).otherwise("by_student"))
    direct = kinds.filter(pl.col("school") >= 0).group_by("school", *keys).agg(direct=pl.col("cents").sum() / 100)
    direct = direct.join(weights, on=["school", *YEARLY]).with_columns(central=pl.lit(0.0))
    central = kinds.filter(pl.col("school") < 0).group_by(keys).agg(cents=pl.col("cents").sum()).join(weights, on=YEARLY)
    weight = pl.when("is_special").then("by_disability").otherwise("by_student")
    central = central.with_columns(direct=pl.lit(0.0), central=pl.col("cents") / 100 * weight)
    columns = ["school", *keys, "students", "with_disability", "direct", "central"]
    return pl.concat([direct.select(columns), central.select(columns)]).with_columns(usd=pl.col("direct") + pl.col("central"))


def by_site(state: Organisations, sites: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the dollars of each school by its students (5.2): all, by who is paid and who pays, and by where they stand."""
    parts = [sites, sites.with_columns(facet=pl.lit("NONE"))]
    parts += [sites.with_columns(facet=pl.lit(name.upper()), usd=name) for name in ("direct", "central")]
    sums = pl.concat(parts).group_by("school", "lea", "school_year", "facet").agg(pl.col("usd").sum(), pl.col("students").first())
    told = placed(state, sums.filter(pl.col("usd") >= 0)).with_columns(value=pl.col("usd") / pl.col("students"), n="students")
    return [told.with_columns(org_id="school_id", indicator_id=pl.lit("site_per_pupil_expenditure"))]


def excess_cost(state: Organisations, sites: pl.DataFrame) -> list[pl.DataFrame]:
    """Return what special education costs by what as many average students cost, in elementary and secondary schools apart (5.9)."""
    is_elementary = state.schools["level"].is_in(["elementary", "middle"]).gather(sites["school"])
    level = pl.when(is_elementary).then(pl.lit("ELEMENTARY")).otherwise(pl.lit("SECONDARY"))
    leveled = sites.with_columns(facet=level)
    counts = leveled.unique(["school", "school_year"]).group_by(*YEARLY, "facet").agg(pl.col("students", "with_disability").sum())
    sums = leveled.group_by(*YEARLY, "facet").agg(pl.col("usd").sum(), special=pl.col("usd").filter("is_special").sum())
    both = sums.join(counts, on=[*YEARLY, "facet"]).filter((pl.col("with_disability") > 0) & (pl.col("usd") > 0) & (pl.col("special") >= 0))
    value = pl.col("special") * pl.col("students") / (pl.col("usd") * pl.col("with_disability"))
    return [at_leas(state, both.with_columns(value=value, indicator_id=pl.lit("excess_cost")))]


def equity(state: Organisations, current: pl.DataFrame, students: pl.DataFrame) -> list[pl.DataFrame]:
    """Return how evenly money is spread over the students of LEAs, and whether it follows poverty (5.7)."""
    spent = current.group_by(YEARLY).agg(usd=pl.col("cents").sum() / 100)
    counts = students.group_by(YEARLY).agg(pl.col("students", "poor").sum()).filter(pl.col("students") > 0)
    leas = placed(state, spent.join(counts, on=YEARLY).filter(pl.col("usd") > 0))
    rows = []
    for column in ABOVE_SCHOOLS[1:]:
        for (org_id, year), group in leas.group_by(column, "school_year"):
            each = (group["usd"] / group["students"]).to_list()
            pupils = group["students"].cast(pl.Float64).to_list()
            poverty = (group["poor"] / group["students"]).to_list()
            known = unevenness(each, pupils, poverty) if len(each) > 1 else {}
            rows += [(org_id, year, name, value, len(each)) for name, value in known.items() if value is not None]
    schema = {"org_id": pl.String, "school_year": pl.Int64, "indicator_id": pl.String, "value": pl.Float64, "n": pl.Float64}
    return [pl.DataFrame(rows, schema=schema, orient="row")]


def unevenness(each: list[float], pupils: list[float], poverty: list[float]) -> dict[str, float | None]:
    """Return Gini, variation, McLoone, correlation and slope of dollars a student, weighted by students."""
    whole = sum(pupils)
    mean = sum(w * x for w, x in zip(pupils, each, strict=True)) / whole
    mean_poverty = sum(w * p for w, p in zip(pupils, poverty, strict=True)) / whole
    pairs = [(v, w, abs(x - y)) for v, x in zip(pupils, each, strict=True) for w, y in zip(pupils, each, strict=True)]
    squares = sum(w * (x - mean) ** 2 for w, x in zip(pupils, each, strict=True))
    of_poverty = sum(w * (p - mean_poverty) ** 2 for w, p in zip(pupils, poverty, strict=True))
    products = sum(w * (x - mean) * (p - mean_poverty) for w, x, p in zip(pupils, each, poverty, strict=True))
    below, median = 0.0, max(each)
    for x, w in sorted(zip(each, pupils, strict=True)):
        below += w
        if below >= whole / 2:
            median = x
            break
    lower = [(w, x) for w, x in zip(pupils, each, strict=True) if x <= median]
    return {
        "funding_gini": sum(v * w * distance for v, w, distance in pairs) / (2 * whole**2 * mean),
        "funding_variation": (squares / whole) ** 0.5 / mean,
        "funding_mcloone": sum(w * x for w, x in lower) / (median * sum(w for w, _ in lower)),
        "funding_poverty_correlation": products / (of_poverty * squares) ** 0.5 if of_poverty * squares > 0 else None,
        "funding_poverty_slope": products / of_poverty if of_poverty > 0 else None,
    }


def effort(state: Organisations, final: pl.DataFrame, students: pl.DataFrame) -> list[pl.DataFrame]:
    """Return state and local spending against earlier years (5.8): the year before for ESEA 8521, the best of all for IDEA (34 CFR 300.203)."""
    is_own = ~pl.col("is_federal")
    is_moved = pl.col("function").str.starts_with("5") | pl.col("object").str.contains("^(83|9)") | (pl.col("fund") == "4")
    is_special = pl.col("program").str.starts_with("2") & ~is_moved
    whole, special = (pl.col("cents").filter(is_own & kind).sum() for kind in (pl.col("is_current"), is_special))
    spent = final.group_by(YEARLY).agg(whole=whole, special=special)
    counts = students.group_by(YEARLY).agg(pl.col("students", "with_disability").sum())
    years = spent.join(counts, on=YEARLY, how="left").sort(YEARLY)
    measures = {
        "ESEA_AGGREGATE": pl.col("whole"),
        "ESEA_PER_PUPIL": pl.col("whole") / pl.col("students"),
        "IDEA_STATE_LOCAL": pl.col("special"),
        "IDEA_STATE_LOCAL_PER_CHILD": pl.col("special") / pl.col("with_disability"),
    }
    parts = []
    for facet, measure in measures.items():
        now = years.select(*YEARLY, now=measure.cast(pl.Float64)).filter(pl.col("now").is_finite())
        if facet.startswith("ESEA"):
            before = now.select("lea", pl.col("school_year") + 1, before="now")
        else:
            later = now.join(now, on="lea", suffix="_then").filter(pl.col("school_year_then") < pl.col("school_year"))
            before = later.group_by(YEARLY).agg(before=pl.col("now_then").max())
        both = now.join(before, on=YEARLY).filter((pl.col("now") >= 0) & (pl.col("before") > 0))
        parts.append(both.with_columns(facet=pl.lit(facet), value=pl.col("now") / pl.col("before")))
    tests = pl.concat(parts)
    best = tests.group_by(*YEARLY, law=pl.col("facet").str.slice(0, 4)).agg(pl.col("value").max())
    best = best.with_columns(facet=pl.when(pl.col("law") == "IDEA").then(pl.lit("IDEA")).otherwise(pl.lit("NONE")))
    whole = pl.concat([tests.select(*YEARLY, "facet", "value"), best.select(*YEARLY, "facet", "value")])
    return [at_leas(state, whole).with_columns(indicator_id=pl.lit("maintenance_of_effort"))]


def indirect(state: Organisations, final: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the indirect cost rate and what it allows each grant to be charged (5.9)."""
    is_capital = pl.col("function").str.starts_with("4") | pl.col("object").str.starts_with("7") | (pl.col("fund") == "3")
    is_debt_or_moved = pl.col("function").str.starts_with("5") | pl.col("object").str.contains("^(83|9)") | (pl.col("fund") == "4")
    paid = final.filter(~is_capital & ~is_debt_or_moved)
    is_pool = pl.col("is_current") & pl.col("function").str.contains("^2[35]") & ~pl.col("is_federal") & (pl.col("project") == "")
    is_direct = ~is_pool & ~pl.col("object").str.contains("^5[69]")
    cents = pl.col("cents")
    rates = paid.group_by(YEARLY).agg(pool=cents.filter(is_pool).sum(), direct=cents.filter(is_direct).sum())
    rates = rates.filter((pl.col("pool") >= 0) & (pl.col("direct") > 0)).with_columns(value=pl.col("pool") / pl.col("direct"))
    grants = paid.filter(pl.col("project") != "").group_by(*YEARLY, facet="project").agg(own=cents.filter(is_direct).sum() / 100)
    charged = grants.filter(pl.col("own") >= 0).join(rates, on=YEARLY).with_columns(value=pl.col("value") * pl.col("own"))
    return [
        at_leas(state, rates).with_columns(indicator_id=pl.lit("indirect_cost_rate")),
        at_leas(state, charged).with_columns(indicator_id=pl.lit("indirect_cost_recovery")),
    ]


def cliff(size: Size, state: Organisations, paid: pl.DataFrame, positions: pl.DataFrame) -> list[pl.DataFrame]:
    """Return positions, and their base pay, of which the money ends within twelve months of the fiscal year and will not come again (5.11).

    `paid` has base pay by lea, year, number and project; `positions` the FTE of each person, who is one person at most. FTE is divided as the pay is.
    """
    person = [*YEARLY, "number"]
    fte = positions.group_by(person).agg(pl.col("fte").sum().clip(upper_bound=1))
    shared = paid.with_columns(whole=pl.col("cents").sum().over(person)).filter(pl.col("whole") > 0).join(fte, on=person)
    ending = [year for year in size.school_years if size.school_years[-1] <= year + 1]
    is_ending = (pl.col("project") == ONE_TIME) & pl.col("school_year").is_in(ending)
    split = placed(state, shared.with_columns(fte=pl.col("fte") * pl.col("cents") / pl.col("whole"), is_ending=is_ending))
    parts = []
    for column in ABOVE_SCHOOLS:
        for facet, amount in (("NONE", pl.col("fte")), ("DOLLARS", pl.col("cents"))):
            value = amount.filter("is_ending").sum() / amount.sum()
            sums = split.group_by(pl.col(column).alias("org_id"), "school_year").agg(value=value)
            parts.append(sums.with_columns(indicator_id=pl.lit("funding_cliff_exposure"), facet=pl.lit(facet)))
    return parts
