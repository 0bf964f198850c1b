{{ funding_equity('funding_poverty_correlation', 'poverty_correlation', 'known_lea_count') }}
