{{ resources_and_alignment(ref('indicator_value'), withholds=true) }}
