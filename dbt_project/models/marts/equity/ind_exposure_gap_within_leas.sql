{{ exposure_gap('exposure_gap_within_leas', 'within_gap', 'true') }}
