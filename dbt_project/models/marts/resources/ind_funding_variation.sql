{{ funding_equity('funding_variation', 'variation') }}
