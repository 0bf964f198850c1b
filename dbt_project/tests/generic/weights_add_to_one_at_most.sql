{# Return the keys whose weights are negative or add to more than 1: what they weigh would count twice. #}
{% test weights_add_to_one_at_most(model, keys) %}

select {{ keys | join(', ') }}
from {{ model }}
group by {{ keys | join(', ') }}
having min(weight) < 0 or sum(weight) > 1

{% endtest %}
