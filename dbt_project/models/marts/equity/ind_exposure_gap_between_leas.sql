{{ exposure_gap('exposure_gap_between_leas', 'between_gap', 'true') }}
