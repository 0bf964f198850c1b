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
{# and that rest on something that has changed. #}
{% macro is_of_whole_state() %}
    {%- set kept, touched = [], touched_extracts() -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('ind_') -%}
        {%- if node.config.materialized == 'incremental' or not rests_on_touched(node.unique_id, touched) -%}
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

{# A table is made anew, unless it is there and no extract that it comes from has changed: then it is what it would become. #}
{% materialization table, adapter='postgres' %}
    {%- if load_cached_relation(this) is not none and not rests_on_touched(model.unique_id, touched_extracts()) -%}
        {{ return(kept_relation(this.incorporate(type='table'))) }}
    {%- endif -%}
    {{ return(materialization_table_default()) }}
{% endmaterialization %}

{# A test of models that rest on nothing that has changed passed when they were built; it is not asked again. #}
{% materialization test, adapter='postgres' %}
    {%- set asked, touched = [], touched_extracts() -%}
    {%- for below in model.depends_on.nodes if below not in graph.nodes or rests_on_touched(below, touched) -%}{%- do asked.append(below) -%}{%- endfor -%}
    {%- if asked -%}{{ return(materialization_test_default()) }}{%- endif -%}
    {%- call statement('main', fetch_result=True) -%}
        select 0 as failures, false as should_warn, false as should_error
    {%- endcall -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{# Return what dbt wants of a materialization, for a relation that is left as it is. #}
{% macro kept_relation(relation) %}
    {%- call noop_statement('main', 'KEPT', 'KEPT') -%}select 1 /* nothing that {{ relation }} comes from has changed */{%- endcall -%}
    {{ return({'relations': [relation]}) }}
{% endmacro %}

{# Return the extracts of which rows have changed; none if this run does not know, or all may have. #}
{% macro touched_extracts() %}
    {%- if not builds_by_touch() -%}{{ return(none) }}{%- endif -%}
    {%- set touched = run_query('select distinct extract from ops.touched').columns[0].values() | list -%}
    {{ return(none if '*' in touched else touched) }}
{% endmacro %}

{# Return whether a model may have other rows than the last time, by the extracts that are touched. #}
{% macro rests_on_touched(unique_id, touched) %}
    {%- if touched is none -%}{{ return(true) }}{%- endif -%}
    {%- set extracts = extracts_below(unique_id) -%}
    {{ return(extracts is none or touched | select('in', extracts) | list | length > 0) }}
{% endmacro %}

{#
    Return the extracts whose rows a model comes from; none if it comes from the log of submissions or from loads of whatever kind, which
    are never the same. Which load counts, where an organisation stands and what a state has set change only with what the SEA sends
    and with the pack, and then everything is made again; a model that asks which loads count has to say of which extracts.
#}
{% macro extracts_below(unique_id) %}
    {%- set waiting, seen, extracts, unknown = [unique_id], [], [], [] -%}
    {%- if '.int_load__' in unique_id -%}{{ return(none) }}{%- endif -%}
    {%- if '.stg_' in unique_id -%}{{ return([unique_id.split('.stg_')[-1]]) }}{%- endif -%}
    {%- for _ in range(graph.nodes | length) -%}
        {%- if waiting -%}
            {%- set node = graph.nodes[waiting.pop()] -%}
            {%- for below in node.depends_on.nodes if below not in seen or '.int_load__' in below -%}
                {%- do seen.append(below) -%}
                {%- set kind, name = below.split('.')[0], below.split('.')[-1] -%}
                {%- if kind == 'source' -%}
                    {%- do extracts.extend(['assessment_result', 'student_enrollment']) if '.fitted.' in below -%}
                    {%- do unknown.append(below) if '.ops.' in below and name not in ['pinned_load', 'sender', 'state_parameter'] -%}
                {%- elif name.startswith('stg_') -%}
                    {%- do extracts.append(name[4:]) -%}
                {%- elif name.startswith('int_load__') -%}
                    {%- set named = modules.re.findall("extract = '(\\w+)'", node.raw_code) -%}
                    {%- do extracts.extend(named) if named else unknown.append(below) -%}
                {%- elif kind == 'model' and not modules.re.match('int_(organisation|ancestry|state|window)__', name) -%}
                    {%- do waiting.append(below) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none if unknown else extracts) }}
{% endmacro %}
