{#
    Return the days from Monday to Friday from `first_date` up to the day before `end_date`, two dates; 0 if there are none.
    Of d days that begin on a weekday w, whole weeks have five each; the rest is counted by the two weekends it may touch.
#}
{% macro weekdays(first_date, end_date) -%}
    greatest(0, {{ weekday_number(end_date) }} - {{ weekday_number(first_date) }})
{%- endmacro %}

{# Return the number of weekdays from Monday, 3 January 2000, up to the day before `day`. #}
{% macro weekday_number(day) -%}
    (
        ({{ day }} - date '2000-01-03') / 7 * 5 + least(({{ day }} - date '2000-01-03') % 7, 5)
    )
{%- endmacro %}
