{#
    Return the one federal race code of a record with is_hispanic and the five races: Hispanic of any race first, then two or more races
    (indicators.md 0.3); NULL if it says yes to none of them, as ENR-010 has it: nobody is without any.
#}
{% macro federal_race(record) -%}
    case
        when {{ record }}.is_hispanic then 'HI7'
        -- nullif keeps the Y's: the number of races that the student belongs to.
        when num_nonnulls(
            nullif({{ record }}.is_american_indian, false), nullif({{ record }}.is_asian, false), nullif({{ record }}.is_black, false),
            nullif({{ record }}.is_pacific_islander, false), nullif({{ record }}.is_white, false)
        ) >= 2 then 'MU7'
        when {{ record }}.is_american_indian then 'AM7'
        when {{ record }}.is_asian then 'AS7'
        when {{ record }}.is_black then 'BL7'
        when {{ record }}.is_pacific_islander then 'PI7'
        when {{ record }}.is_white then 'WH7'
    end
{%- endmacro %}
