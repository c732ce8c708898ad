import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { parseAddress } from '../../broker-bridge/protocol/address.ts'
import type { Address } from '../../broker-bridge/protocol/address.ts'
import { guessManagement, parseManagement } from '../../broker-bridge/sources/rabbitmq/managementAddress.ts'

function good(text: string): Address {
  const address = parseAddress(text)
  return 'problem' in address ? assert.fail(`${text}: ${address.problem}`) : address
}

function bad(text: string): string {
  const address = parseAddress(text)
  return 'problem' in address ? address.problem : assert.fail(`${text} was understood as ${String(address)}`)
}

/** user, password and virtual host as `connecting` sees them. */
function seen(text: string): string {
  const { scheme, username, hosts, virtualHost } = good(text)
  return [
    scheme,
    username,
    good(text).secret(),
    hosts.map((host) => `${host.hostname}|${host.port}`).join(','),
    virtualHost,
  ].join(' ')
}

describe('a broker address', () => {
  const cases: [string, string][] = [
    ['amqp://', 'amqp guest guest localhost|5672 /'],
    ['amqp://h', 'amqp guest guest h|5672 /'],
    ['amqp://h/', 'amqp guest guest h|5672 /'],
    ['amqp://h//', 'amqp guest guest h|5672 /'],
    ['amqp://h/%2f', 'amqp guest guest h|5672 /'],
    ['amqp://h/%2F', 'amqp guest guest h|5672 /'],
    ['amqp:///v', 'amqp guest guest localhost|5672 v'],
    ['amqp://h/a%2Fb', 'amqp guest guest h|5672 a/b'],
    ['amqp://h/a/b', 'amqp guest guest h|5672 a/b'],
    ['amqp://h/c%252fd', 'amqp guest guest h|5672 c%2fd'],
    ['amqp://h/%E2%82%AC', 'amqp guest guest h|5672 €'],
    ['amqps://h', 'amqps guest guest h|5671 /'],
    ['AMQPS://h:5999', 'amqps guest guest h|5999 /'],
    ['pyamqp://guest@localhost//', 'amqp guest guest localhost|5672 /'],
    ['librabbitmq://u:p@h', 'amqp u p h|5672 /'],
    ['amqp+ssl://u:p@h', 'amqps u p h|5671 /'],
    ['pyamqps://u:p@h', 'amqps u p h|5671 /'],
    ['amqp://bob@h', 'amqp bob  h|5672 /'],
    ['amqp://bob:@h', 'amqp bob  h|5672 /'],
    ['amqp://:pw@h', 'amqp  pw h|5672 /'],
    ['amqp://u:p%C3%A9%25%2B%23x@h', 'amqp u pé%+#x h|5672 /'],
    ['amqp://u:pé@h', 'amqp u pé h|5672 /'],
    ['amqp://u:a+b@h', 'amqp u a+b h|5672 /'],
    ['amqp://u:50%@h', 'amqp u 50% h|5672 /'],
    ['amqp://u:%zz%41@h', 'amqp u %zzA h|5672 /'],
    ['amqp://u:%ff@h', 'amqp u %ff h|5672 /'],
    ['amqp://u:a:b@h', 'amqp u a:b h|5672 /'],
    ['amqp://u:a@b@h', 'amqp u a@b h|5672 /'],
    ['amqp://u:a;b,c@h', 'amqp u a;b,c h|5672 /'],
    ['amqp://u:p@[::1]/', 'amqp u p ::1|5672 /'],
    ['amqp://u:p@[2001:db8::7]:5673/v', 'amqp u p 2001:db8::7|5673 v'],
    ['amqp://u:p@[fe80::1%25eth0]/', 'amqp u p fe80::1%eth0|5672 /'],
    ['amqp://u:p@[fe80::1%25br-7.x]/', 'amqp u p fe80::1%br-7.x|5672 /'],
    ['amqp://my_rabbit:5672//', 'amqp guest guest my_rabbit|5672 /'],
    ['amqp://bücher.example/', 'amqp guest guest bücher.example|5672 /'],
    ['  amqp://h\n', 'amqp guest guest h|5672 /'],
    ['amqp://u:p@a,b:5673,[::1]/v', 'amqp u p a|5672,b|5673,::1|5672 v'],
    ['amqp://u:p@a//;amqp://u:p@b:1//', 'amqp u p a|5672,b|1 /'],
    ['amqp://u:p@a//; amqp://u:p@b// ;', 'amqp u p a|5672,b|5672 /'],
    ['amqp://a,pyamqp://b', 'amqp guest guest a|5672,b|5672 /'],
  ]
  for (const [text, expected] of cases) test(`${text.trim()} is understood`, () => assert.equal(seen(text), expected))

  test('query parameters of RabbitMQ and of kombu are read, and unknown ones are named', () => {
    const { options } = good(
      'amqps://h?heartbeat=7&connection_timeout=3000&cacertfile=%2Fca.pem&certfile=c&keyfile=k&verify=verify_none&auth_mechanism=EXTERNAL&shiny=1',
    )
    assert.deepEqual(options, {
      heartbeat: 7,
      connectionTimeout: 3000,
      mechanism: 'external',
      eventExchange: null,
      controlExchange: null,
      eventQueuePrefix: null,
      tls: { caFile: '/ca.pem', certFile: 'c', keyFile: 'k', verify: false, checkHostname: true, serverName: null },
      notes: ['A parameter "shiny" of the broker address is not known to Warren and is ignored.'],
    })
    const kombu = good('amqps://h?ssl_ca_certs=ca&ssl_cert_reqs=CERT_REQUIRED&ssl_check_hostname=false').options.tls
    assert.deepEqual([kombu.caFile, kombu.verify, kombu.checkHostname], ['ca', true, false])
    assert.equal(good('amqps://h?&cacertfile=a+b%3D=c%2B&').options.tls.caFile, 'a b==c+')
  })
})

test('an address is local only when all its hosts are this machine', () => {
  const local = ['amqp://', 'amqp://LOCALHOST:1', 'amqp://127.0.0.1,[::1]/v', 'amqp://127.8.9.10']
  const remote = ['amqp://localhost,h', 'amqp://127.example.com', 'amqp://localhost.example.com', 'amqp://[::2]']
  assert.deepEqual(
    [...local, ...remote].map((text) => good(text).isLocal),
    [...local.map(() => true), ...remote.map(() => false)],
  )
})

describe('what is no broker address', () => {
  const cases: [string, RegExp][] = [
    ['', /is empty/],
    ['   ', /is empty/],
    ['localhost:5672', /for example amqp:\/\/localhost:5672$/],
    ['rabbit/vhost', /for example amqp:\/\/rabbit\/vhost$/],
    ['user:hunter22@h', /begins with amqp:\/\//],
    ['redis://h', /^Redis brokers are not supported yet/],
    ['rediss://:hunter22@h/0', /^Redis brokers are not supported yet/],
    ['sentinel://h', /^Redis Sentinel brokers/],
    ['sqs://a:hunter22@', /^Amazon SQS brokers/],
    ['sqla+sqlite:///x', /^SQLAlchemy brokers/],
    ['http://localhost:15672', /management API/],
    ['constructor://h', /^A broker address begins/],
    ['hunter22://h', /^A broker address begins with amqp:\/\/ or amqps:\/\/\.$/],
    ['amqp://h:0', /port .* from 1 to 65535/],
    ['amqp://h:65536', /port/],
    ['amqp://h:x', /port/],
    ['amqp://h:5672:1', /brackets/],
    ['amqp://::1/', /brackets/],
    ['amqp://[::1', /host/],
    ['amqp://[nonsense]/', /not a host name/],
    ['amqp://h h/', /not a host name/],
    ['amqp://h/#x', /%23/],
    ['amqp://u:hunter/22@h/', /%2F/],
    ['amqp://u:hunter?22@h/', /%3F/],
    ['amqp://u:hunter#22@h/', /%23/],
    ['amqp://u:hunter@22/x@h/', /%40/],
    ['amqp://u:hunter/22', /port/],
    ['amqp://h?heartbeat=soon', /"heartbeat" .* whole number/],
    ['amqp://h?verify=maybe', /"verify"/],
    ['amqp://h?auth_mechanism=hunter22', /"auth_mechanism" .* "plain" or "external"/],
    ['amqp://a;amqp://u:hunter22@b', /same protocol, user, password/],
    ['amqp://a;amqps://a', /same protocol/],
    ['amqp://a;redis://b', /Redis/],
    [`amqp://${'h'.repeat(5000)}`, /longer/],
  ]
  for (const [text, expected] of cases) {
    test(`${text.slice(0, 50)} gets a sentence without the password`, () => {
      assert.match(bad(text), expected)
      assert.doesNotMatch(bad(text), /hunter|22/)
    })
  }

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `amqp://${text}`),
        ),
        (text) => void parseAddress(text),
      ),
    )
  })
})

// Letters that occur nowhere else in the address, so that finding one of them is finding the password.
const password = fc
  .string({ unit: fc.constantFrom(...Array.from('QWXZéü漢🐇%:;,+&=!$\'()*~ "<>\\^`{|}')), minLength: 6, maxLength: 30 })
  .filter((text) => /[QWXZ]{2}/.test(text))
const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/)

describe('no text form of an address holds its password', () => {
  test('over the grammar of addresses, encoded and written as it is', () => {
    const address = fc.record({ password, user: name, host: name, vhost: name, raw: fc.boolean(), list: fc.boolean() })
    fc.assert(
      fc.property(address, ({ password, user, host, vhost, raw, list }) => {
        const written = raw ? password : encodeURIComponent(password)
        const one = `amqp://${user}:${written}@${host}/${vhost}`
        const result = parseAddress(list ? `${one};${one}` : one)
        const plain = 'problem' in result ? result.problem : String(result)
        const shown = [plain, JSON.stringify({ result }), inspect(result, { showHidden: true, depth: 9 })]
        for (const text of shown) assert.doesNotMatch(text, /[QWXZ]{2}|%5[178A]/)
        if (!('problem' in result) && !raw) assert.equal(result.secret(), password)
      }),
    )
  })

  test('the text form is an address of the same broker', () => {
    fc.assert(
      fc.property(name, fc.string({ unit: 'binary', minLength: 1 }), (user, vhost) => {
        const address = good(`amqp://${user}:x@h,[::1]:7/${encodeURIComponent(Buffer.from(vhost).toString())}`)
        const again = good(String(address))
        assert.deepEqual([again.username, again.hosts, again.virtualHost], [address.username, address.hosts, address.virtualHost])
      }),
    )
  })
})

describe('the management address', () => {
  const broker = good('amqp://bob:p%40ss@h1,[::1]:5673/v')
  const cases: [string, string, string, string][] = [
    ['http://localhost:15672', 'http://localhost:15672', 'bob', 'p@ss'],
    ['http://localhost:15672/', 'http://localhost:15672', 'bob', 'p@ss'],
    ['https://h/rabbit/', 'https://h/rabbit', 'bob', 'p@ss'],
    ['http://ann:x%25@h:1/api/', 'http://h:1', 'ann', 'x%'],
    ['http://ann:a/b@h:1/', 'http://h:1', 'ann', 'a/b'],
    ['http://h:15672/#/queues', 'http://h:15672', 'bob', 'p@ss'],
    ['http://[::1]:15672', 'http://[::1]:15672', 'bob', 'p@ss'],
  ]
  for (const [text, url, user, secret] of cases) {
    test(`${text} is understood`, () => {
      const management = parseManagement(text, broker)
      if ('problem' in management) return assert.fail(management.problem)
      assert.deepEqual([management.url, management.username, management.secret()], [url, user, secret])
      assert.ok(
        !`${inspect(management, { showHidden: true })}${JSON.stringify(management)}${String(management)}`.includes(secret),
      )
    })
  }

  for (const text of ['', 'localhost:15672', 'amqp://h', 'http://', 'http://[::1', 'http://h:99999', 'http://u:hunter22@']) {
    test(`"${text}" gets a sentence`, () => {
      const management = parseManagement(text, broker)
      assert.ok('problem' in management)
      assert.doesNotMatch(management.problem, /hunter22/)
    })
  }

  test('a guess names every host and follows the protocol', () => {
    assert.deepEqual(guessManagement(good('amqp://h1,[::1]')).map(String), ['http://h1:15672', 'http://[::1]:15672'])
    assert.deepEqual(guessManagement(good('amqps://h')).map(String), ['https://h:15671'])
  })

  test('nothing is guessed beside a broker on a port of its own', () => {
    assert.deepEqual(guessManagement(good('amqp://localhost:5673')), [])
  })
})
