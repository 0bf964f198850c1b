{{ materials(ref('indicator_value')) }}
