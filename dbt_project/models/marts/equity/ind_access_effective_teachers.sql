-- Effective is who is rated and not ineffective, so the gap is that of the ineffective with its sign turned.
{{ exposure_gap('access_effective_teachers', '-gap', "flag_code = 'INEFFECTIVE'", "'NONE'") }}
