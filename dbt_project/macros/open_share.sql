{#
    Return the share of errors that are still open after a day (Kaplan and Meier 1958): the product, over the days of the window `passed`,
    of 1 less what was closed on the day by what was at risk. Expects a row per day with closed_count and at_risk_count.
#}
{% macro open_share(passed) -%}
    case
        when bool_or(closed_count = at_risk_count) over {{ passed }} then 0
        else exp(sum(ln(1 - closed_count / nullif(at_risk_count, closed_count))) over {{ passed }})
    end
{%- endmacro %}
