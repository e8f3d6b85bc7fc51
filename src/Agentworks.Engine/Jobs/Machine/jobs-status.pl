return join('', map { Agentworks::Jobs::line($_) } @_);
