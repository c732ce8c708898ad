import * as v from 'valibot'
import { hideUserInfo } from '../../broker-bridge/protocol/addressText.ts'
import { Environment } from '../../broker-bridge/protocol/index.ts'
import { redactAddress } from './address.ts'

const text = v.pipe(v.string(), v.maxLength(4_000))
const SavedConnection = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  name: text,
  /** Without its password. */
  address: text,
  /** Without its password; null when Warren is to find it by itself. */
  management: v.nullable(text),
  /** Database of results and schedules, without its password; absent where workers are asked for it. */
  resultBackend: v.optional(text),
  readOnly: v.boolean(),
  environment: Environment,
  /** Task events are turned on again whenever a worker restarts, because the user asked for it once. */
  keepEventsOn: v.boolean(),
  /** Paths of PEM files the user chose; read anew at each connect. */
  files: v.object({ ca: v.nullable(text), cert: v.nullable(text), key: v.nullable(text) }),
})
/** One saved connection as it may lie in plain storage: nothing in it is secret. */
export type SavedConnection = v.InferOutput<typeof SavedConnection>

const ConnectionSecret = v.object({
  address: text,
  management: v.nullable(text),
  resultBackend: v.optional(text),
  passphrase: v.nullable(text),
})
/** The secret part: whole addresses with their passwords. */
export type ConnectionSecret = v.InferOutput<typeof ConnectionSecret>

/** A place for plain values: VS Code's Memento. */
export interface PlainStorage {
  get(key: string): unknown
  update(key: string, value: unknown): Thenable<void>
}
/** A place for secrets: VS Code's SecretStorage. */
export interface SecretPlace {
  get(key: string): Thenable<string | undefined>
  store(key: string, value: string): Thenable<void>
  delete(key: string): Thenable<void>
}

const listKey = 'connections'
const secretKey = (id: string): string => `warren.connection.${id}`

/** The saved connections: plain part and secret part kept apart, joined by the connection's id. */
export class SavedConnections {
  readonly #plain: PlainStorage
  readonly #secrets: SecretPlace
  /** Where the secret place refuses, secrets last as long as the window; they are never written in plain. */
  readonly #session = new Map<string, ConnectionSecret>()
  readonly #onSecretTrouble: (error: unknown) => void

  constructor(plain: PlainStorage, secrets: SecretPlace, onSecretTrouble: (error: unknown) => void) {
    this.#plain = plain
    this.#secrets = secrets
    this.#onSecretTrouble = onSecretTrouble
  }

  /** All of them, in the order they were saved; entries that cannot be read are left out. */
  list(): SavedConnection[] {
    const stored = this.#plain.get(listKey)
    if (!Array.isArray(stored)) return []
    return stored.flatMap((entry) => {
      const parsed = v.safeParse(SavedConnection, entry)
      return parsed.success ? [parsed.output] : []
    })
  }

  find(id: string): SavedConnection | undefined {
    return this.list().find((connection) => connection.id === id)
  }

  /** Adds a connection or replaces the one of the same id; without a secret the stored one stays. */
  async save(connection: SavedConnection, secret?: ConnectionSecret): Promise<void> {
    const { address, management, resultBackend } = connection
    const plain = {
      ...connection,
      address: redactAddress(address),
      management: redactOptional(management),
      resultBackend: resultBackend === undefined ? undefined : hideUserInfo(resultBackend),
    }
    const list = this.list()
    const at = list.findIndex((other) => other.id === connection.id)
    if (at < 0) list.push(plain)
    else list[at] = plain
    await this.#plain.update(listKey, list)
    if (secret) await this.#storeSecret(connection.id, secret)
  }

  async remove(id: string): Promise<void> {
    await this.#plain.update(
      listKey,
      this.list().filter((connection) => connection.id !== id),
    )
    this.#session.delete(id)
    await this.#secrets.delete(secretKey(id)).then(undefined, this.#onSecretTrouble)
  }

  /** The secret part, or undefined when it is not there (another machine, an emptied secret store). */
  async secret(id: string): Promise<ConnectionSecret | undefined> {
    const held = this.#session.get(id)
    if (held) return held
    try {
      const stored = await this.#secrets.get(secretKey(id))
      const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ConnectionSecret), stored)
      return parsed.success ? parsed.output : undefined
    } catch (error) {
      this.#onSecretTrouble(error)
      return undefined
    }
  }

  async #storeSecret(id: string, secret: ConnectionSecret): Promise<void> {
    try {
      await this.#secrets.store(secretKey(id), JSON.stringify(secret))
      this.#session.delete(id)
    } catch (error) {
      this.#session.set(id, secret)
      this.#onSecretTrouble(error)
    }
  }
}

function redactOptional(address: string | null): string | null {
  return address === null ? null : redactAddress(address)
}
