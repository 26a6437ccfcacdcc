/** Where the mailbox is. */
export const SERVER = ['mail_host', 'mail_port', 'mail_username'] as const

/** The application that asks for tokens, where they stand in for the password. */
export const APPLICATION = ['mail_oauth_provider', 'mail_oauth_client_id', 'mail_oauth_tenant'] as const

/** What goes in and never comes out. */
export const SECRETS = ['mail_password', 'mail_oauth_client_secret', 'mail_oauth_refresh_token'] as const

/** Who gives tokens; nobody, where the password is used. */
export const PROVIDERS = ['', 'google', 'microsoft', 'microsoft-cn'] as const
