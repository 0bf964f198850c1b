{{ resources_and_alignment(ref('indicator_value_restricted')) }}
