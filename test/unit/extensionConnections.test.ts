import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { Bridge } from '../../extension/bridge/bridge.ts'
import {
  addressProblem,
  isLocal,
  managementProblem,
  needsPassword,
  passwordPrompt,
  redactAddress,
  suggestName,
  withPassword,
} from '../../extension/connections/address.ts'
import { ConnectionBook } from '../../extension/connections/connectionBook.ts'
import { draftLines, draftOf, guessEnvironment, withAddress, withEnvironment } from '../../extension/connections/draft.ts'
import { findAddresses } from '../../extension/connections/envAddresses.ts'
import { SavedConnections } from '../../extension/connections/savedConnections.ts'
import type { PlainStorage, SecretPlace } from '../../extension/connections/savedConnections.ts'
import { isEncryptedKey, readTlsFiles } from '../../extension/connections/tlsFiles.ts'
import { Replica } from '../../extension/replica.ts'

describe('an address', () => {
  const shown: [string, string][] = [
    ['amqp://bob:hunter2@h:5672/v', 'amqp://bob:***@h:5672/v'],
    ['amqp://bob@h/v', 'amqp://bob@h/v'],
    ['AMQPS://bob:p@ss:w;rd@h/v?heartbeat=7', 'amqps://bob:***@h/v?heartbeat=7'],
    ['amqp://bob:p/ss@h/v', 'amqp://***@h/v'],
    ['amqp://a:x@h1;amqp://a:x@h2', 'amqp://a:***@h1;amqp://a:***@h2'],
    ['amqp://a:x;y://z@h1', 'amqp://***@h1'],
    ['http://bob:hunter2@h:15672', 'http://***@h:15672'],
    ['amqp://a:x;y@h1', 'amqp://a:***@h1'],
    ['amqp://[::1]:5672/', 'amqp://[::1]:5672/'],
    ['nonsense', 'nonsense'],
    ['://a:secret@h', '://***@h'],
  ]
  for (const [address, expected] of shown) test(`is shown as ${expected}`, () => assert.equal(redactAddress(address), expected))

  test('never shows its password, whatever that holds', () => {
    const unusual = fc.string({ minLength: 4, unit: fc.constantFrom('p', 'w', 'd', '@', ':', '/', '#', '?', '%', ' ', ';', 'ü') })
    fc.assert(
      fc.property(unusual, fc.constantFrom('amqp', 'amqps', 'pyamqp'), (secret, scheme) => {
        const password = `S3cret${secret}S3cret`
        const place = 'host:5672/v'
        assert.doesNotMatch(redactAddress(`${scheme}://bob:${password}@${place}`), /S3cret/)
        assert.equal(redactAddress(withPassword(`${scheme}://bob@${place}`, password)), `${scheme}://bob:***@${place}`)
      }),
    )
  })

  test('of the workspace is no link in the question for its password', () => {
    const address = 'amqp://bob@h/[Press](command:workbench.action.closeWindow)'
    assert.equal(addressProblem(address), undefined, 'such a virtual host may be')
    assert.equal(passwordPrompt(address), 'Password for amqp://bob@h/[Press] (command:workbench.action.closeWindow)')
  })

  test('takes a password for every host of a list, so that it is read back as it was', () => {
    const address = withPassword('amqp://bob@h1/v;amqp://bob@h2/v', 'p@ss:/w;örd')
    assert.equal(address, 'amqp://bob:p%40ss%3A%2Fw%3B%C3%B6rd@h1/v;amqp://bob:p%40ss%3A%2Fw%3B%C3%B6rd@h2/v')
    assert.equal(decodeURIComponent(new URL(address.split(';')[0] ?? '').password), 'p@ss:/w;örd')
    assert.equal(withPassword('amqp://h/', 'x'), 'amqp://guest:x@h/')
  })

  const problems: [string, RegExp | undefined][] = [
    ['amqp://h', undefined],
    ['pyamqp://bob:x@h:5671//', undefined],
    ['amqps://a@h1;amqps://a@h2', undefined],
    ['', /is empty/],
    ['localhost:5672', /begins with amqp/],
    ['redis://h', /Redis brokers are not supported/],
    ['amqp://bob:p/ss@h', /%2F/],
  ]
  for (const [address, problem] of problems) {
    test(`${address.slice(0, 40) || '(nothing)'} is ${problem ? 'refused with a sentence' : 'taken'}`, () => {
      const said = addressProblem(address)
      if (problem) assert.match(said ?? '', problem)
      else assert.equal(said, undefined)
    })
  }

  test('of the management API begins with http, or is left out', () => {
    assert.equal(managementProblem(''), undefined)
    assert.equal(managementProblem('https://bob:x@h:15671/prefix'), undefined)
    assert.match(managementProblem('amqp://h') ?? '', /http/)
    assert.match(managementProblem('http://') ?? '', /no host/)
  })

  test('asks for a password only where one is missing', () => {
    assert.equal(needsPassword('amqp://bob@h/'), true)
    assert.equal(needsPassword('amqp://h/'), true)
    assert.equal(needsPassword('amqp://bob:x@h/'), false)
    assert.equal(needsPassword('amqp://localhost/'), false)
    assert.equal(needsPassword('amqp://bob@localhost/'), true)
  })

  test('is local only when every host is this machine', () => {
    assert.equal(isLocal('amqp://a:b@127.0.0.1:5672/;amqp://a:b@[::1]/'), true)
    assert.equal(isLocal('amqp://localhost.evil.com/'), false)
    assert.equal(isLocal('amqp://localhost/;amqp://prod/'), false)
    assert.equal(isLocal('nonsense'), false)
  })

  test('suggests a name', () => {
    assert.equal(suggestName('amqp://bob:x@rabbit.shop.example:5672/orders%2Feu?heartbeat=5'), 'rabbit.shop.example orders/eu')
    assert.equal(suggestName('amqp://bob:x@rabbit//'), 'rabbit')
    assert.equal(suggestName('amqp://bob:p/ss@rabbit/v'), 'amqp://***@rabbit/v')
  })
})

describe('an .env file', () => {
  test('offers the addresses it names, the usual names first', () => {
    const text = `
# CELERY_BROKER_URL=amqp://commented@out
OTHER="amqps://o@h3/v"
export CLOUDAMQP_URL=amqps://c@h2/v
CELERY_BROKER_URL='pyamqp://bob:p@ss@h1//' # ours
BROKER_URL="amqp://unreadable:pa#ss@h4"
REDIS_URL=redis://h
TEMPLATE=amqp://\${USER}:x@h
EMPTY=
`
    assert.deepEqual(findAddresses(text), [
      { variable: 'CELERY_BROKER_URL', address: 'pyamqp://bob:p@ss@h1//' },
      { variable: 'CLOUDAMQP_URL', address: 'amqps://c@h2/v' },
      { variable: 'OTHER', address: 'amqps://o@h3/v' },
    ])
  })

  test('of any content makes nothing throw', () =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void findAddresses(text))))
})

describe('a draft', () => {
  test('of a production host begins read-only, of this machine it does not', () => {
    assert.deepEqual(
      [guessEnvironment('amqp://a:b@rabbit.prod.example/'), draftOf('1', 'amqp://a:b@rabbit-prod-2/').plain.readOnly],
      ['production', true],
    )
    assert.equal(guessEnvironment('amqp://a:b@stage.example/'), 'staging')
    assert.equal(guessEnvironment('amqp://a:b@reproduce.example/'), 'development')
    assert.equal(guessEnvironment('amqp://prod:b@localhost/'), 'development')
    assert.equal(withEnvironment(draftOf('1', 'amqp://localhost'), 'production').plain.readOnly, true)
  })

  test('keeps passwords in its secret part and shows certificates only for TLS', () => {
    const draft = withAddress(draftOf('1', 'amqp://a:geheim@h1/'), 'amqps://a:geheim2@h2/')
    assert.equal(draft.secret.address, 'amqps://a:geheim2@h2/')
    assert.doesNotMatch(JSON.stringify([draft.plain, draftLines(draft)]), /geheim/)
    assert.deepEqual(
      draftLines(draft).map(({ member }) => member),
      ['name', 'address', 'management', 'resultBackend', 'exchanges', 'environment', 'readOnly', 'ca', 'cert', 'key'],
    )
    assert.equal(draft.plain.name, 'h2')
    assert.equal(draftLines(draftOf('1', 'amqp://h')).length, 7)
  })
})

class Store implements PlainStorage, SecretPlace {
  readonly values = new Map<string, unknown>()
  refuses = false

  get(key: string): Promise<string | undefined> {
    if (this.refuses) return Promise.reject(new Error('no keyring'))
    const value = this.values.get(key)
    return Promise.resolve(typeof value === 'string' ? value : undefined)
  }
  update(key: string, value: unknown): Promise<void> {
    return Promise.resolve(void this.values.set(key, structuredClone(value)))
  }
  store(key: string, value: string): Promise<void> {
    return this.refuses ? Promise.reject(new Error('no keyring')) : this.update(key, value)
  }
  delete(key: string): Promise<void> {
    return Promise.resolve(void this.values.delete(key))
  }
}

function saved(): { plain: Store; secrets: Store; troubles: unknown[]; connections: SavedConnections } {
  const plain = new Store()
  const secrets = new Store()
  const troubles: unknown[] = []
  const storage: PlainStorage = { get: (key) => plain.values.get(key), update: (key, value) => plain.update(key, value) }
  return { plain, secrets, troubles, connections: new SavedConnections(storage, secrets, (error) => troubles.push(error)) }
}

describe('saved connections', () => {
  const draft = draftOf('one', 'amqp://bob:geheim@h/v')

  test('keep their passwords in the secret place only', async () => {
    const { plain, secrets, connections } = saved()
    await connections.save({ ...draft.plain, address: draft.secret.address, management: 'http://m:geheim@h' }, draft.secret)
    assert.doesNotMatch(JSON.stringify([...plain.values]), /geheim/)
    assert.match(JSON.stringify([...secrets.values]), /geheim/)
    assert.equal((await connections.secret('one'))?.address, 'amqp://bob:geheim@h/v')
  })

  test('are changed in place, and gone with their secret when removed', async () => {
    const { secrets, connections } = saved()
    await connections.save(draft.plain, draft.secret)
    await connections.save(draftOf('two', 'amqp://h2').plain, draft.secret)
    await connections.save({ ...draft.plain, name: 'renamed' })
    assert.deepEqual(
      connections.list().map(({ name }) => name),
      ['renamed', 'h2'],
    )
    assert.equal((await connections.secret('one'))?.address, 'amqp://bob:geheim@h/v')
    await connections.remove('one')
    assert.equal(connections.find('one'), undefined)
    assert.equal(await connections.secret('one'), undefined)
    assert.deepEqual([...secrets.values.keys()], ['warren.connection.two'])
  })

  test('last as long as the window where the secret place refuses, and nothing is written in plain', async () => {
    const { plain, secrets, troubles, connections } = saved()
    secrets.refuses = true
    await connections.save(draft.plain, draft.secret)
    assert.equal((await connections.secret('one'))?.address, 'amqp://bob:geheim@h/v')
    assert.equal(troubles.length, 1)
    assert.doesNotMatch(JSON.stringify([...plain.values]), /geheim/)
  })

  test('that cannot be read are left out, the others stay', async () => {
    const { plain, secrets, connections } = saved()
    await connections.save(draft.plain, draft.secret)
    await plain.update('connections', [null, { id: 1 }, ...connections.list(), 'x'])
    assert.deepEqual(
      connections.list().map(({ id }) => id),
      ['one'],
    )
    await secrets.store('warren.connection.other', '{"address":1}')
    assert.equal(await connections.secret('other'), undefined)
  })
})

describe('the connection book', () => {
  const seen = (id: string, keptOn: boolean): ConnectionInfo => ({
    id,
    name: id,
    address: 'amqp://h/',
    readOnly: false,
    status: { kind: 'connected', since: 0, message: 'Connected.' },
    broker: null,
    capabilities: { events: { available: true }, control: { available: true }, management: { available: true } },
    blocked: null,
    gaps: [],
    silentWorkers: { certain: [], likely: [], keptOn },
    malformed: {},
  })

  test('remembers that events were turned on, wherever that was, and forgets it for no picture', async () => {
    const { plain, connections } = saved()
    const errors: unknown[] = []
    const onError = (error: unknown): void => void errors.push(error)
    const replica = new Replica(onError)
    const launch = (): Promise<never> => Promise.reject(new Error('No bridge is needed here.'))
    const bridge = new Bridge({ launch, clientName: 'test', onLog: () => undefined })
    const book = new ConnectionBook({ saved: connections, workspace: plain, bridge, replica, onError })
    for (const id of ['one', 'two']) await connections.save(draftOf(id, `amqp://${id}`).plain)
    const kept = (): boolean[] => connections.list().map(({ keepEventsOn }) => keepEventsOn)
    replica.note(seen('one', false))
    assert.deepEqual(kept(), [false, false])
    for (const id of ['two', 'unknown']) replica.note(seen(id, true))
    await new Promise((done) => setImmediate(done))
    assert.deepEqual(kept(), [false, true])
    replica.note(seen('two', false))
    assert.deepEqual([kept(), errors], [[false, true], []])
    book.dispose()
    bridge.dispose()
  })
})

describe('a connection that is closed while its password is looked up', () => {
  test('is not opened afterwards: nobody would know of it', async () => {
    const { plain, secrets, connections } = saved()
    const { plain: one, secret } = draftOf('one', 'amqp://bob:geheim@h/v')
    await connections.save(one, secret)
    const asked: string[] = []
    const request = (method: string): Promise<never> => Promise.reject(new Error(String(asked.push(method))))
    const replica = new Replica(() => undefined)
    const bridge = { current: { client: { request } } } as never
    const book = new ConnectionBook({ saved: connections, workspace: plain, bridge, replica, onError: () => undefined })
    let answer = (): void => undefined
    const get = secrets.get.bind(secrets)
    secrets.get = (key) => new Promise<undefined>((resolve) => (answer = () => resolve(undefined))).then(() => get(key))
    const opening = book.open('one')
    await new Promise((done) => setImmediate(done))
    await book.close('one')
    answer()
    await opening
    assert.deepEqual(asked, ['disconnect'])
    book.dispose()
  })
})

describe('certificate files', () => {
  test('are read as PEM text, and a file that is none is named in a sentence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warren-tls-'))
    try {
      const [ca, other] = [join(folder, 'ca.pem'), join(folder, 'other.txt')]
      await writeFile(ca, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n')
      await writeFile(other, 'root:x:0:0')
      assert.deepEqual(Object.keys((await readTlsFiles({ ca, cert: null, key: null }, 'p')) ?? {}), ['ca', 'passphrase'])
      assert.equal(await readTlsFiles({ ca: null, cert: null, key: null }, null), undefined)
      await assert.rejects(readTlsFiles({ ca: other, cert: null, key: null }, null), /other\.txt is not in PEM form/)
      await assert.rejects(
        readTlsFiles({ ca: null, cert: null, key: join(folder, 'gone') }, null),
        /client key file .*gone cannot be read/,
      )
      await assert.rejects(readTlsFiles({ ca: folder, cert: null, key: null }, null), /cannot be read/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('with a locked key are known', () => {
    assert.equal(isEncryptedKey('-----BEGIN ENCRYPTED PRIVATE KEY-----'), true)
    assert.equal(isEncryptedKey('-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED'), true)
    assert.equal(isEncryptedKey('-----BEGIN PRIVATE KEY-----'), false)
  })
})
