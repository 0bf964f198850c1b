{{ materials(ref('indicator_value_restricted')) }}
