"""Who somebody is and what they may do: roles (pure), sessions, sign-in links, the provider of OpenID Connect."""
