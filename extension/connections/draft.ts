import { parseAddress } from '../../broker-bridge/protocol/address.ts'
import { hideUserInfo } from '../../broker-bridge/protocol/addressText.ts'
import { environmentByName } from '../../broker-bridge/protocol/index.ts'
import type { Environment } from '../../broker-bridge/protocol/index.ts'
import { isLocal, redactAddress, suggestName, usesTls } from './address.ts'
import type { OwnNames } from './otherAddress.ts'
import type { ConnectionSecret, SavedConnection } from './savedConnections.ts'

/** A connection being put together: its plain and its secret part. */
export interface Draft {
  readonly plain: SavedConnection
  readonly secret: ConnectionSecret
}

/** A first draft from a whole address. A host whose name says production begins read-only, for the user to change. */
export function draftOf(id: string, address: string): Draft {
  const environment = guessEnvironment(address)
  return {
    plain: {
      id,
      name: suggestName(address),
      address: redactAddress(address),
      management: null,
      readOnly: environment === 'production',
      environment,
      keepEventsOn: false,
      files: { ca: null, cert: null, key: null },
    },
    secret: { address, management: null, passphrase: null },
  }
}

/** A guess by names only; the user sees it before connecting. */
export function guessEnvironment(address: string): Environment {
  if (isLocal(address)) return 'development'
  return environmentByName(redactAddress(address)) ?? 'development'
}

/** The members of a draft that can be changed before connecting. */
export type DraftMember =
  'name' | 'address' | 'management' | 'resultBackend' | 'exchanges' | 'environment' | 'readOnly' | 'ca' | 'cert' | 'key'

/** One line of the review: a member and its value as it may be shown. */
export interface DraftLine {
  readonly member: DraftMember
  readonly label: string
  readonly value: string
  readonly icon: string
}

/** What the user sees before connecting; certificate files only where TLS is used. */
export function draftLines({ plain }: Draft): DraftLine[] {
  const files: DraftLine[] = usesTls(plain.address)
    ? [
        { member: 'ca', label: 'Certificate authority', value: plain.files.ca ?? 'the system’s own', icon: 'verified' },
        { member: 'cert', label: 'Client certificate', value: plain.files.cert ?? 'none', icon: 'file-certificate' },
        { member: 'key', label: 'Client key', value: plain.files.key ?? 'none', icon: 'key' },
      ]
    : []
  return [
    { member: 'name', label: 'Name', value: plain.name, icon: 'tag' },
    { member: 'address', label: 'Address', value: plain.address, icon: 'globe' },
    { member: 'management', label: 'Management', value: plain.management ?? 'found by Warren', icon: 'graph' },
    { member: 'resultBackend', label: 'Results and schedules', value: plain.resultBackend ?? 'as workers say', icon: 'database' },
    { member: 'exchanges', label: 'Exchanges', value: exchangesText(plain.address), icon: 'radio-tower' },
    { member: 'environment', label: 'Environment', value: plain.environment, icon: 'server-environment' },
    {
      member: 'readOnly',
      label: 'Access',
      value: plain.readOnly ? 'read-only' : 'read and write',
      icon: plain.readOnly ? 'lock' : 'unlock',
    },
    ...files,
  ]
}

/** The names an address gives to an application's exchanges; Celery's usual ones where it gives none. */
export function exchangesOf(address: string): Required<OwnNames> {
  const read = parseAddress(address)
  const { eventExchange, controlExchange, eventQueuePrefix } = 'problem' in read ? noNames : read.options
  return {
    eventExchange: eventExchange ?? '',
    controlExchange: controlExchange ?? '',
    eventQueuePrefix: eventQueuePrefix ?? '',
  }
}

const noNames = { eventExchange: null, controlExchange: null, eventQueuePrefix: null }

function exchangesText(address: string): string {
  const { eventExchange, controlExchange, eventQueuePrefix } = exchangesOf(address)
  if (eventExchange + controlExchange + eventQueuePrefix === '') return 'Celery’s usual ones'
  const names = [`events on ${eventExchange || 'celeryev'}`, `control by ${controlExchange || 'celery'}`]
  return [...names, ...(eventQueuePrefix === '' ? [] : [`queues ${eventQueuePrefix}.*`])].join(', ')
}

/** A production connection begins read-only; the user may still change that afterwards. */
export function withEnvironment({ plain, secret }: Draft, environment: Environment): Draft {
  return { plain: { ...plain, environment, readOnly: environment === 'production' || plain.readOnly }, secret }
}

export function withAddress({ plain, secret }: Draft, address: string): Draft {
  const renamed = plain.name === suggestName(plain.address) ? suggestName(address) : plain.name
  return { plain: { ...plain, name: renamed, address: redactAddress(address) }, secret: { ...secret, address } }
}

export function withManagement({ plain, secret }: Draft, management: string | null): Draft {
  return {
    plain: { ...plain, management: management === null ? null : redactAddress(management) },
    secret: { ...secret, management },
  }
}

/** @param database an empty text names none */
export function withResultBackend({ plain, secret }: Draft, database: string): Draft {
  const named = database === '' ? undefined : database
  return {
    plain: { ...plain, resultBackend: named === undefined ? undefined : hideUserInfo(named) },
    secret: { ...secret, resultBackend: named },
  }
}

export function withFile({ plain, secret }: Draft, member: 'ca' | 'cert' | 'key', path: string | null): Draft {
  return { plain: { ...plain, files: { ...plain.files, [member]: path } }, secret }
}
