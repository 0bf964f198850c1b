{{ funding_equity('funding_poverty_slope', 'poverty_slope', 'known_lea_count') }}
