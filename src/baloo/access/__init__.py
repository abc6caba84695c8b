"""Who somebody is and what they may do: roles (pure), sessions, links, the provider of OpenID Connect, tokens of programs."""
