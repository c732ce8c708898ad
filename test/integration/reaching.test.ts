import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionInfo, ConnectParams, FailureReason } from '../../broker-bridge/protocol/index.ts'
import { startPublisher, wholeTask } from '../support/events.ts'
import { startForwarder } from '../support/forwarder.ts'
import { isReading, startLiveBridge } from '../support/liveBridge.ts'
import { freePorts } from '../support/ports.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
before(async () => {
  rabbit = await startRabbit({ tls: true })
  await declareExchange('/')
})
after(() => rabbit[Symbol.asyncDispose]())

/** Declares the exchange of events as the first worker does. */
const declareExchange = (virtualHost: string): Promise<unknown> =>
  rabbit.management(`exchanges/${encodeURIComponent(virtualHost)}/celeryev`, { type: 'topic', durable: true })

async function makeVirtualHost(name: string): Promise<void> {
  await rabbit.management(`vhosts/${encodeURIComponent(name)}`, {})
  await grant('guest', name)
}

async function grant(user: string, virtualHost: string): Promise<void> {
  const rights = { configure: '.*', write: '.*', read: '.*' }
  await rabbit.management(`permissions/${encodeURIComponent(virtualHost)}/${encodeURIComponent(user)}`, rights)
}

async function addUser(name: string, password: string, virtualHost = '/'): Promise<void> {
  await rabbit.management(`users/${encodeURIComponent(name)}`, { password, tags: '' })
  await grant(name, virtualHost)
}

const place = (): string => `127.0.0.1:${rabbit.ports.amqp}`

/** Failed for this reason; the message must say what the pattern says. */
function failed(reason: FailureReason, message: RegExp): (info: ConnectionInfo) => boolean {
  return ({ status }) => status.kind === 'failed' && status.reason === reason && message.test(status.message)
}

/** Connects to what cannot be reached, waits until it is said why, and returns the words. */
async function fails(
  params: Partial<ConnectParams> & { address: string },
  reason: FailureReason,
  message: RegExp,
): Promise<string> {
  await using live = await startLiveBridge()
  const info = await live.connect(params, failed(reason, message))
  assert.doesNotMatch(JSON.stringify(info), /guest:guest/)
  return info.status.message
}

async function reaches(params: Partial<ConnectParams> & { address: string }): Promise<ConnectionInfo> {
  await using live = await startLiveBridge()
  const info = await live.connect(params)
  await using publisher = await startPublisher(rabbit.amqpUrl)
  await publisher.send(wholeTask(`through ${params.address.length}`))
  await live.task(`through ${params.address.length}`, 'is seen', (task) => task.state === 'SUCCESS')
  return info
}

describe('a wrong password', () => {
  /** Logins of this user that the broker refused, by its own log. */
  const refusals = async (user: string): Promise<number> => {
    const log = await readFile(join(rabbit.folder, 'log', 'rabbit.log'), 'utf8')
    return log.split('\n').filter((line) => line.includes('login refused') && line.includes(`'${user}'`)).length
  }
  /** Longer than the pause before a fourth try would be. */
  const watch = () => sleep(3_000)

  it('is tried three times and no more', async () => {
    await addUser('careful', 'the right one')
    await using live = await startLiveBridge()
    const address = `amqp://careful:the-wrong-one@${place()}/`
    const info = await live.connect({ address }, failed('credentials', /stopped after 3 tries/))
    assert.match(info.status.message, /“careful”/)
    await watch()
    assert.equal(await refusals('careful'), 3)
    assert.doesNotMatch(JSON.stringify([live.info(), live.log]), /the-wrong-one/)
    await live.connect({ address: `amqp://careful:the%20right%20one@${place()}/` })
  })

  it('is tried three times and no more when it is changed under a connection', async () => {
    await addUser('changing', 'before')
    await using live = await startLiveBridge()
    await live.connect({ address: `amqp://changing:before@${place()}/` })
    await rabbit.ctl('change_password', 'changing', 'afterwards')
    await rabbit.ctl('close_all_connections', 'maintenance')
    await live.until('c', 'given up', failed('credentials', /stopped after 3 tries/))
    await watch()
    assert.equal(await refusals('changing'), 3)
  })
})

describe('what is not there yet', () => {
  it('a missing virtual host is named, and found when it is made', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: `${rabbit.amqpUrl}later%2Fon` }, failed('virtual_host', /“later\/on” does not exist/))
    await makeVirtualHost('later/on')
    await declareExchange('later/on')
    await live.until('c', 'connected', isReading)
    assert.deepEqual(live.info().gaps, [])
  })

  it('a broker that is not running is called that, and found when it starts', async () => {
    await using live = await startLiveBridge()
    await rabbit.kill()
    try {
      await live.connect({ address: rabbit.amqpUrl }, failed('unreachable', /Nothing listens there/))
    } finally {
      await rabbit.start()
    }
    await live.until('c', 'connected', isReading)
  })

  it('the exchange of events is waited for until the first worker declares it', async () => {
    await makeVirtualHost('fresh')
    await using live = await startLiveBridge()
    const waiting = ({ status, capabilities }: ConnectionInfo) => status.kind === 'connected' && !capabilities.events.available
    const info = await live.connect({ address: `${rabbit.amqpUrl}fresh` }, waiting)
    assert.match(JSON.stringify(info.capabilities.events), /celeryev.*does not exist yet/)
    const exchanges = (await rabbit.management('exchanges/fresh?columns=name')) as { name: string }[]
    assert.ok(!exchanges.some(({ name }) => name.startsWith('celery')), 'Warren declares nothing of the application')
    await declareExchange('fresh')
    await live.until('c', 'events are read', isReading)
  })

  it('an unknown host name and a mute port are told apart', async () => {
    await fails({ address: 'amqp://guest:guest@no-such-host.invalid/' }, 'unreachable', /unknown|looked up/)
    const [mute = 0] = await freePorts(1)
    await fails({ address: `amqp://guest:guest@127.0.0.1:${mute}/` }, 'unreachable', /Nothing listens/)
    await fails({ address: `amqp://guest:guest@127.0.0.1:${rabbit.ports.management}/` }, 'unreachable', /then said nothing/)
  })
})

describe('TLS', () => {
  const pem = (path: string | null): string => readFileSync(path ?? '', 'utf8')
  const tlsPlace = (): string => `localhost:${rabbit.ports.amqps}`
  const amqps = (): string => rabbit.amqpsUrl ?? ''

  it('connects with the broker’s own authority, and lists queues over https with it', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: amqps(), tls: { ca: pem(rabbit.ca) }, management: rabbit.managementTlsUrl ?? '' })
    await live.request('refresh', {})
    assert.deepEqual(live.info().capabilities.management, { available: true })
  })

  it('refuses an authority nobody named, a certificate for another host, and says which', async () => {
    await fails({ address: amqps() }, 'certificate', /authority this machine does not know/)
    await using other = await startForwarder(rabbit.ports.amqps, '127.0.0.2')
    const elsewhere = `amqps://guest:guest@127.0.0.2:${other.port}/`
    await fails({ address: elsewhere, tls: { ca: pem(rabbit.ca) } }, 'certificate', /another host name/)
  })

  it('heals when the right authority is given', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: amqps() }, failed('certificate', /authority/))
    await live.connect({ address: amqps(), tls: { ca: pem(rabbit.ca) } })
  })

  it('logs in by a client certificate', async () => {
    const tls = { ca: pem(rabbit.ca), cert: pem(rabbit.clientCert), key: pem(rabbit.clientKey) }
    const address = `amqps://${tlsPlace()}/?auth_mechanism=external`
    await fails({ address, tls }, 'credentials', /stopped/)
    await addUser('tester', 'unused by certificates')
    await reaches({ address, tls })
  })

  it('calls an unreadable certificate that', async () => {
    await fails({ address: amqps(), tls: { ca: pem(rabbit.ca), cert: 'no PEM', key: 'none' } }, 'certificate', /cannot be read/)
  })

  it('knows TLS and plain ports that were mixed up', async () => {
    await fails({ address: `amqp://guest:guest@${tlsPlace()}/` }, 'not_amqp', /amqps:\/\//)
    await fails({ address: `amqps://guest:guest@${place()}/`, tls: { ca: pem(rabbit.ca) } }, 'not_amqp', /does not speak TLS/)
  })
})

describe('addresses', () => {
  it('a dead first host of a list is passed over', async () => {
    const [dead = 0] = await freePorts(1)
    const info = await reaches({ address: `amqp://guest:guest@127.0.0.1:${dead},${place()}/` })
    assert.match(info.status.message, new RegExp(`Connected to ${place()}`))
    await reaches({ address: `amqp://guest:guest@127.0.0.1:${dead}//;amqp://guest:guest@${place()}//` })
  })

  it('virtual hosts with slashes and letters of any alphabet, users and passwords too', async () => {
    const [user, password, virtualHost] = ['Ürsula', 'pä55:w@rd/ß%?#', 'a/b ü%2f']
    await makeVirtualHost(virtualHost)
    await addUser(user, password, virtualHost)
    await declareExchange(virtualHost)
    const address = `pyamqp://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${place()}/${encodeURIComponent(virtualHost)}`
    await using live = await startLiveBridge()
    const info = await live.connect({ address })
    assert.ok(!JSON.stringify(info).includes(password) && !JSON.stringify(info).includes(encodeURIComponent(password)))
    assert.match(info.address, /%C3%9Crsula@/)
  })

  it('IPv6', async (context) => {
    const way = await startForwarder(rabbit.ports.amqp, '::1').catch(() => null)
    if (way === null) return context.skip('this machine has no IPv6 loopback')
    await using open = way
    const info = await reaches({ address: `amqp://guest:guest@[::1]:${open.port}/` })
    assert.match(info.status.message, /\[::1\]/)
  })
})
