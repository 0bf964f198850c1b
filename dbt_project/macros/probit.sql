{#
    Return the standard normal quantile of `probability`, a column of double precision; NULL at and beyond 0 and 1.
    Rational approximations of Wichura 1988 (AS 241, PPND16), about 1e-16 relative: one for the middle, two for the tails.
#}
{% macro probit(probability) -%}
    (
        select
            case
                when abs(normal.offset_from_half) <= 0.425 then normal.offset_from_half * ({{ horner('normal.middle', [
                    '2509.0809287301226727', '33430.575583588128105', '67265.770927008700853', '45921.953931549871457',
                    '13731.693765509461125', '1971.5909503065514427', '133.14166789178437745', '3.387132872796366608']) }})
                    / ({{ horner('normal.middle', [
                    '5226.495278852854561', '28729.085735721942674', '39307.89580009271061', '21213.794301586595867',
                    '5394.1960214247511077', '687.1870074920579083', '42.313330701600911252', '1.0']) }})
                when normal.tail <= 5 then sign(normal.offset_from_half) * ({{ horner('(normal.tail - 1.6)', [
                    '7.7454501427834140764e-4', '0.0227238449892691845833', '0.24178072517745061177', '1.27045825245236838258',
                    '3.64784832476320460504', '5.7694972214606914055', '4.6303378461565452959', '1.42343711074968357734']) }})
                    / ({{ horner('(normal.tail - 1.6)', [
                    '1.05075007164441684324e-9', '5.475938084995344946e-4', '0.0151986665636164571966', '0.14810397642748007459',
                    '0.68976733498510000455', '1.6763848301838038494', '2.05319162663775882187', '1.0']) }})
                else sign(normal.offset_from_half) * ({{ horner('(normal.tail - 5)', [
                    '2.01033439929228813265e-7', '2.71155556874348757815e-5', '0.0012426609473880784386', '0.026532189526576123093',
                    '0.29656057182850489123', '1.7848265399172913358', '5.4637849111641143699', '6.6579046435011037772']) }})
                    / ({{ horner('(normal.tail - 5)', [
                    '2.04426310338993978564e-15', '1.4215117583164458887e-7', '1.8463183175100546818e-5', '7.868691311456132591e-4',
                    '0.0148753612908506148525', '0.13692988092273580531', '0.59983220655588793769', '1.0']) }})
            end
        from (
            select
                inside.probability - 0.5 as offset_from_half,
                0.180625 - (inside.probability - 0.5) ^ 2 as middle,
                sqrt(-ln(least(inside.probability, 1 - inside.probability))) as tail
            from (
                select case when {{ probability }} > 0 and {{ probability }} < 1 then {{ probability }} end as probability
            ) as inside
        ) as normal
    )
{%- endmacro %}
