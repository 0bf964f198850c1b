{# Return the organisations whose rows have to be made again for any of the extracts (no extracts: whatever it is), or none for all. #}
{# `reading`: those too whose rows are read, because they share persons with these. #}
{% macro touched_orgs(extracts, reading=false) %}
    {%- if not execute or not builds_by_touch() -%}{{ return(none) }}{%- endif -%}
    {%- set query -%}
        select distinct org_id from ops.touched
        where
            {{ "extract in ('*', '" ~ extracts | join("', '") ~ "')" if extracts else 'true' }}
            and {{ 'true' if reading else 'not is_read_only' }}
        order by org_id
    {%- endset -%}
    {%- set orgs = run_query(query).columns[0].values() | list -%}
    {{ return(none if '*' in orgs else orgs) }}
{% endmacro %}

{# Return whether this run may keep what it does not touch: only the pipeline knows what changed since the last one. #}
{% macro builds_by_touch() %}
    {{ return(var('builds_by_touch') and not flags.FULL_REFRESH) }}
{% endmacro %}

{# Return the condition that a column names an organisation that is read by this run; true if all are. #}
{% macro is_touched(column, extracts, reading=false) %}
    {%- set orgs = touched_orgs(extracts, reading) -%}
    {{ return('true' if orgs is none else column ~ ' = any(' ~ org_array(orgs) ~ ')') }}
{% endmacro %}

{# Return organisation ids as a PostgreSQL array. #}
{% macro org_array(orgs) %}
    {%- set quoted = [] -%}
    {%- for org in orgs -%}{%- do quoted.append("'" ~ org.replace("'", "''") ~ "'") -%}{%- endfor -%}
    {{ return('cast(array[' ~ quoted | join(', ') ~ '] as text[])') }}
{% endmacro %}

{# Return the condition on the rows of the indicators that are not made by touch, what they say of one organisation depends on others, #}
{# and that this run makes again. #}
{% macro is_of_whole_state() %}
    {%- set kept = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('ind_') -%}
        {%- if node.config.materialized == 'incremental' or node.unique_id not in selected_resources -%}
            {%- do kept.append("'" ~ node.name[4:] ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('indicator_id <> all(cast(array[' ~ kept | sort | join(', ') ~ '] as text[]))') }}
{% endmacro %}

{# What `incremental` means in this project (docs/decisions/0009; under its own name PostgreSQL would not get the keys of contracts): #}
{# a table whose rows belong to organisations, named by the column `touched_by`: only those of touched organisations are made again, #}
{# in one transaction. `extracts` are those that the rows come from, none: any. With `whole_state` the rows of indicators that do #}
{# not belong to organisations in this way are made again too. Correct only where a row depends on nothing but rows of its organisation. #}
{% materialization incremental, adapter='postgres' %}
    {%- set extracts, key = config.get('extracts', []), config.require('touched_by') -%}
    {%- set orgs = touched_orgs(extracts) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is none or orgs is none -%}
        {{ return(materialization_table_default()) }}
    {%- endif -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- if not orgs and not config.get('whole_state') -%}
        {{ return(kept_relation(target)) }}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | join(', ') -%}
    {%- set is_ours -%}
        ({{ key }} = any({{ org_array(orgs) }}){{ ' or ' ~ is_of_whole_state() if config.get('whole_state') }})
    {%- endset -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        set local enable_nestloop = on;
        delete from {{ target }} where {{ is_ours }};
        insert into {{ target }} ({{ columns }})
        select {{ columns }} from (
            {{ sql }}
        ) as fresh
        where {{ is_ours }}
    {%- endcall -%}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Return what dbt wants of a materialization, for a relation that is left as it is. #}
{% macro kept_relation(relation) %}
    {%- call noop_statement('main', 'KEPT', 'KEPT') -%}select 1 /* nothing that {{ relation }} comes from has changed */{%- endcall -%}
    {{ return({'relations': [relation]}) }}
{% endmacro %}
