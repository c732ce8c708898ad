import { decode } from './addressText.ts'

/** TLS as an address asks for it. The names are of files on the machine of the person who typed the address. */
export interface AddressTls {
  readonly caFile: string | null
  readonly certFile: string | null
  readonly keyFile: string | null
  /** False where the address says that the broker's certificate must not be checked. */
  readonly verify: boolean
  readonly checkHostname: boolean
  readonly serverName: string | null
}

/** What may follow the `?` of an address. */
export interface AddressOptions {
  /** Seconds; null where the address does not say. */
  readonly heartbeat: number | null
  /** Milliseconds; null where the address does not say. */
  readonly connectionTimeout: number | null
  /** `external` means: log in by the client certificate. */
  readonly mechanism: 'plain' | 'external'
  readonly tls: AddressTls
  /** Exchanges of a Celery application with names of its own; null where the address does not say. */
  readonly eventExchange: string | null
  readonly controlExchange: string | null
  readonly eventQueuePrefix: string | null
  /** One sentence for each parameter that Warren does not know and ignores. */
  readonly notes: readonly string[]
}

type Draft = { -readonly [Key in keyof AddressOptions]: AddressOptions[Key] }
type Reader = (draft: Draft, value: string) => string | undefined

const tls = (change: (value: string) => Partial<AddressTls> | undefined): Reader => {
  return (draft, value) => {
    const changed = change(value)
    if (changed === undefined) return 'has a value that is not understood'
    draft.tls = { ...draft.tls, ...changed }
    return undefined
  }
}
const number = (name: 'heartbeat' | 'connectionTimeout', most: number): Reader => {
  return (draft, value) => {
    if (!/^\d{1,9}$/.test(value) || Number(value) > most) return `must be a whole number up to ${most}`
    draft[name] = Number(value)
    return undefined
  }
}
const exchange = (name: 'eventExchange' | 'controlExchange' | 'eventQueuePrefix'): Reader => {
  return (draft, value) => {
    if (value === '' || value.length > 200) return 'must be a name of 200 characters at most'
    draft[name] = value
    return undefined
  }
}
const mechanism: Reader = (draft, value) => {
  const name = value.toLowerCase()
  if (name !== 'plain' && name !== 'external') return 'can be "plain" or "external"'
  draft.mechanism = name
  return undefined
}
const choice = (yes: readonly string[], no: readonly string[]) => (value: string) => {
  const name = value.toLowerCase()
  return yes.includes(name) ? true : no.includes(name) ? false : undefined
}
const verification = choice(['verify_peer', 'cert_required', 'true', '1'], ['verify_none', 'cert_none', 'false', '0'])
const verify = tls((value) => {
  const verified = verification(value)
  return verified === undefined ? undefined : { verify: verified }
})
const caFile = tls((value) => ({ caFile: value }))
const certFile = tls((value) => ({ certFile: value }))
const keyFile = tls((value) => ({ keyFile: value }))

// The names of RabbitMQ's own URI parameters, then kombu's.
const readers: ReadonlyMap<string, Reader> = new Map([
  ['event_exchange', exchange('eventExchange')],
  ['control_exchange', exchange('controlExchange')],
  ['event_queue_prefix', exchange('eventQueuePrefix')],
  ['heartbeat', number('heartbeat', 86_400)],
  ['connection_timeout', number('connectionTimeout', 600_000)],
  ['auth_mechanism', mechanism],
  ['cacertfile', caFile],
  ['certfile', certFile],
  ['keyfile', keyFile],
  ['verify', verify],
  ['server_name_indication', tls((value) => ({ serverName: value }))],
  ['ssl_ca_certs', caFile],
  ['ssl_certfile', certFile],
  ['ssl_keyfile', keyFile],
  ['ssl_cert_reqs', verify],
  [
    'ssl_check_hostname',
    tls((value) => {
      const checked = choice(['true', '1', 'yes'], ['false', '0', 'no'])(value)
      return checked === undefined ? undefined : { checkHostname: checked }
    }),
  ],
])

/** Reads the query of a broker address, given without its `?`. A value that is wrong is a problem; an unknown name is a note. */
export function readQuery(query: string): AddressOptions | { readonly problem: string } {
  const draft: Draft = {
    heartbeat: null,
    connectionTimeout: null,
    mechanism: 'plain',
    eventExchange: null,
    controlExchange: null,
    eventQueuePrefix: null,
    tls: { caFile: null, certFile: null, keyFile: null, verify: true, checkHostname: true, serverName: null },
    notes: [],
  }
  for (const [name, value] of pairs(query)) {
    const reader = readers.get(name.toLowerCase())
    if (!reader) draft.notes = [...draft.notes, unknown(name)]
    const wrong = reader?.(draft, value)
    if (wrong !== undefined) return { problem: `The parameter "${name}" of the broker address ${wrong}.` }
  }
  return draft
}

/** `a=1&b=2` as HTML forms write it, with `+` for a space. */
function pairs(query: string): (readonly [name: string, value: string])[] {
  const written = query.split('&').filter((pair) => pair !== '')
  return written.map((pair) => {
    const [name = '', ...value] = pair.replaceAll('+', ' ').split('=')
    return [decode(name), decode(value.join('='))]
  })
}

function unknown(name: string): string {
  // Only a name that looks like one is repeated: anything else may be the rest of an unencoded password.
  const shown = /^[a-z_]{1,30}$/i.test(name) ? ` "${name}"` : ''
  return `A parameter${shown} of the broker address is not known to Warren and is ignored.`
}
