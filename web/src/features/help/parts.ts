export interface Part {
  name: string
  licence: string
}

export const VERSION = __VERSION__
/** What this page is built from, as its packages say of themselves. */
export const PAGE_PARTS: readonly Part[] = __PAGE_PARTS__

/** What the services are built from. */
export const SERVER_PARTS: readonly Part[] = [
  { name: 'aiohttp', licence: 'Apache-2.0 AND MIT' },
  { name: 'aio-pika', licence: 'Apache-2.0' },
  { name: 'aioftp', licence: 'Apache-2.0' },
  { name: 'aioimaplib', licence: 'GPL-3.0-only' },
  { name: 'aiomysql', licence: 'MIT' },
  { name: 'aiosqlite', licence: 'MIT' },
  { name: 'Alembic', licence: 'MIT' },
  { name: 'argon2-cffi', licence: 'MIT' },
  { name: 'AsyncSSH', licence: 'EPL-2.0 OR GPL-2.0-or-later' },
  { name: 'cryptography', licence: 'Apache-2.0 OR BSD-3-Clause' },
  { name: 'disposable-email-domains', licence: 'MIT' },
  { name: 'dnspython', licence: 'ISC' },
  { name: 'email-validator', licence: 'Unlicense' },
  { name: 'nh3', licence: 'MIT' },
  { name: 'Prometheus client', licence: 'Apache-2.0 AND BSD-2-Clause' },
  { name: 'Pydantic', licence: 'MIT' },
  { name: 'SQLAlchemy', licence: 'MIT' },
  { name: 'structlog', licence: 'MIT OR Apache-2.0' },
]
