{#
    Return the standard normal distribution function of `z`, 0 to 1; NULL for NULL. Abramowitz and Stegun 26.2.17, wrong by 7.5e-8
    at most. PostgreSQL has an error function from 16 on only.
#}
{% macro normal_share(z) -%}
    (
        select
            case
                when normal.deviate is null then null
                when normal.deviate >= 0 then 1 - normal.upper_tail
                else normal.upper_tail
            end
        from (
            select
                outside.deviate,
                exp(-(outside.deviate ^ 2) / 2) / sqrt(2 * pi())
                * ({{ horner('outside.nearness', ['1.330274429', '-1.821255978', '1.781477937', '-0.356563782', '0.319381530', '0']) }}) as upper_tail
            from (
                select
                    bounded.deviate,
                    1 / (1 + 0.2316419 * abs(bounded.deviate)) as nearness
                from (
                    -- No double holds the tails beyond.
                    select greatest(least(cast({{ z }} as double precision), 37), -37) as deviate
                    where {{ z }} is not null
                ) as bounded
            ) as outside
        ) as normal
    )
{%- endmacro %}
