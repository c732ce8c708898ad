/** How a server is known to be the right one; files are PEM, named by path. */
export interface Tls {
  /** Whether its certificate has to come from an authority that is trusted. */
  readonly verifies: boolean
  /** Whether it has to be for this host's name. */
  readonly checksHost: boolean
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
}

/** What PostgreSQL's own programs call `sslmode`: `offered` goes on without where the server has no TLS. */
export interface Encryption extends Tls {
  readonly use: 'never' | 'offered' | 'always'
}

/** As redis-py and Celery read it from an address of `rediss:`. Pure. */
export function tlsOf(query: URLSearchParams): Tls {
  const verifies = !/^(cert_)?none$/i.test(query.get('ssl_cert_reqs') ?? '')
  return {
    verifies,
    checksHost: verifies && !/^(false|no|0)$/i.test(query.get('ssl_check_hostname') ?? ''),
    ca: query.get('ssl_ca_certs'),
    cert: query.get('ssl_certfile'),
    key: query.get('ssl_keyfile'),
  }
}

/** As libpq reads it from an address; without `sslmode` TLS is used where the server has it. Pure. */
export function encryptionOf(query: URLSearchParams): Encryption {
  const mode = query.get('sslmode') ?? 'prefer'
  const ca = query.get('sslrootcert')
  return {
    use: mode === 'disable' ? 'never' : mode === 'allow' || mode === 'prefer' ? 'offered' : 'always',
    verifies: mode.startsWith('verify') || (mode === 'require' && ca !== null),
    checksHost: mode === 'verify-full',
    ca,
    cert: query.get('sslcert'),
    key: query.get('sslkey'),
  }
}
