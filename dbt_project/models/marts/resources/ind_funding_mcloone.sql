{{ funding_equity('funding_mcloone', 'mcloone') }}
