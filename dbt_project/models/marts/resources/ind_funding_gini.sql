{{ funding_equity('funding_gini', 'gini') }}
