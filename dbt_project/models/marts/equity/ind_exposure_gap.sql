{{ exposure_gap('exposure_gap', 'gap', 'true') }}
