import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, test } from 'node:test'
import { readOptionFiles } from '../../broker-bridge/optionFiles.ts'
import { parseOptions } from '../../broker-bridge/options.ts'
import { helpText } from '../../broker-bridge/optionTable.ts'
import type { Options } from '../../broker-bridge/options.ts'

function run(args: string[], env: Record<string, string> = {}): Options {
  const parsed = parseOptions(args, env)
  return parsed.kind === 'run' ? parsed.options : assert.fail(JSON.stringify(parsed))
}

function problem(args: string[], env: Record<string, string> = {}): string {
  const parsed = parseOptions(args, env)
  return parsed.kind === 'problem' ? parsed.problem : assert.fail(`no problem found in ${args.join(' ')}`)
}

describe('options: where the broker comes from', () => {
  const env = { AMQP_URL: 'amqp://first', CELERY_BROKER_URL: 'amqp://second' }
  const cases: [string, string[], Record<string, string>, string, string][] = [
    ['--broker wins', ['--broker', 'amqp://option'], env, 'amqp://option', '--broker'],
    ['then AMQP_URL', [], env, 'amqp://first', 'AMQP_URL'],
    ['then CELERY_BROKER_URL', [], { CELERY_BROKER_URL: 'amqp://second' }, 'amqp://second', 'CELERY_BROKER_URL'],
    ['an empty variable counts as none', [], { AMQP_URL: ' ' }, 'amqp://guest@localhost:5672/', 'the default'],
    ['then localhost', [], {}, 'amqp://guest@localhost:5672/', 'the default'],
  ]
  for (const [name, args, environment, broker, from] of cases) {
    test(name, () => {
      const options = run(args, environment)
      assert.equal(options.broker?.reveal(), broker)
      assert.equal(options.brokerFrom, from)
    })
  }

  test('with --stdio no broker is assumed', () => {
    assert.equal(run(['--stdio'], env).broker, null)
  })
})

describe('options: what the broker is for', () => {
  test('is what is said, of a closed list, and says nothing of changes', () => {
    assert.equal(run(['--environment', 'production']).environment, 'production')
    assert.equal(run([]).environment, null)
    assert.equal(problem(['--environment', 'prod']), '--environment is one of development, staging, production.')
  })

  test('whether changes are allowed is left to the environment unless one of both is given', () => {
    assert.deepEqual(
      [[], ['--read-only'], ['--read-write']].map((args) => run(args).readOnly),
      [null, true, false],
    )
    assert.match(problem(['--read-only', '--read-write']), /not both/)
  })
})

test('after how long a task counts as stuck is a number of minutes, five where nothing is said', () => {
  assert.equal(run([]).stuckMinutes, 5)
  assert.equal(run(['--stuck-minutes', '90']).stuckMinutes, 90)
  for (const text of ['0', '10081', 'long'])
    assert.match(problem(['--stuck-minutes', text]), /^--stuck-minutes must be a whole number from 1 to 10080\.$/)
})

describe('options: where tasks are kept', () => {
  const standard = { file: null, days: 30, megabytes: 500 }
  test('in the user’s own folder, unless said otherwise', () => {
    assert.deepEqual(run([]).history, standard)
    assert.deepEqual(run(['--history', 'f', '--history-days=7', '--history-megabytes', '10']).history, {
      file: 'f',
      days: 7,
      megabytes: 10,
    })
    assert.equal(run(['--history', 'off', '--history-days', '7']).history, null)
  })

  test('as a child process only where the parent says', () => {
    assert.equal(run(['--stdio']).history, null)
    assert.deepEqual(run(['--stdio', '--history', 'f']).history, { ...standard, file: 'f' })
  })
})

describe('options: every bad one ends in one sentence', () => {
  const cases: [string[], RegExp, Record<string, string>?][] = [
    [['--history-days', '0'], /^--history-days must be a whole number from 1 to 36500\.$/],
    [['--history-megabytes', '9'], /^--history-megabytes must be/],
    [['--history'], /^--history needs a value: --history off\|FILE\.$/],
    [['--borker', 'x'], /^The option --borker is not known; did you mean --broker\?$/],
    [['--read'], /did you mean --read-only\?/],
    [['--frobnicate'], /see --help\.$/],
    [['-x'], /The option -x is not known/],
    [['--port', 'x'], /^--port must be a whole number from 0 to 65535\.$/],
    [['--port', '65536'], /--port must/],
    [['--port', '1.5'], /--port must/],
    [['--port=-1'], /--port must/],
    [['--port'], /^--port needs a value: --port N\.$/],
    [['--port='], /needs a value/],
    [['--broker', '--json'], /^--broker needs a value/],
    [['--json=yes'], /^--json takes no value\.$/],
    [['--json', '--json'], /^--json is given twice/],
    [['--broker', 'amqp://a', '--broker', 'amqp://b'], /given twice/],
    [['--broker', 'amqp://a', '--broker-file', 'f'], /either --broker or --broker-file/],
    [['--cert', 'f'], /needs both --cert and --key/],
    [['--key', 'f'], /needs both --cert and --key/],
    [['--stdio', '--json'], /either --stdio or --json/],
    [['--max-tasks', '0'], /--max-tasks must be a whole number from 1/],
    [['--broker', 'redis://h'], /^--broker: Redis brokers are not supported yet/],
    [[], /^CELERY_BROKER_URL: Amazon SQS brokers are not supported yet/, { CELERY_BROKER_URL: 'sqs://' }],
    [['--management', 'localhost:15672'], /^--management: .*http:\/\//],
    [['amqp://u:secret99@h'], /write --broker before the address/],
    [['--', 'x'], /without an option/],
  ]
  for (const [args, expected, env] of cases) {
    test(args.join(' ') || JSON.stringify(env), () => {
      const sentence = problem(args, env)
      assert.match(sentence, expected)
      assert.match(sentence, /[.?]$/)
      assert.doesNotMatch(sentence, /\n|secret99/)
    })
  }

  test('no list of arguments makes it throw', () => {
    for (const args of [
      ['--'],
      ['-'],
      ['---'],
      ['--=x'],
      ['--__proto__'],
      ['--__proto__=1'],
      ['--constructor', 'x'],
      [''],
      ['--no-no-open'],
      ['--port', ''],
    ]) {
      assert.doesNotThrow(() => parseOptions(args, {}))
    }
    assert.match(problem(['--__proto__']), /not known/)
  })
})

describe('options: values', () => {
  test('everything has a value when nothing is given', () => {
    const { broker, ...rest } = run([])
    assert.equal(String(broker), '***')
    assert.deepEqual(rest, {
      brokerFile: null,
      brokerFrom: 'the default',
      management: null,
      port: 0,
      readOnly: null,
      environment: null,
      models: null,
      openMetrics: false,
      open: true,
      bundle: null,
      json: false,
      stdio: false,
      ca: null,
      cert: null,
      key: null,
      name: null,
      resultBackend: null,
      eventExchange: null,
      controlExchange: null,
      eventQueuePrefix: null,
      maxTasks: 100_000,
      stuckMinutes: 5,
      history: { file: null, days: 30, megabytes: 500 },
      warnings: [],
    })
  })

  test('--json, --stdio and --no-open each keep the browser closed', () => {
    for (const option of ['--json', '--stdio', '--no-open']) assert.equal(run([option]).open, false)
  })

  test('a password on the command line works, warns once and is not shown by any text form', () => {
    const options = run(['--broker', 'amqp://bob:hunter22@h', '--name=x'])
    assert.equal(options.warnings.length, 1)
    for (const text of [
      JSON.stringify(options),
      inspect(options, { depth: 9, showHidden: true }),
      String(options.broker),
      ...options.warnings,
    ]) {
      assert.doesNotMatch(text, /hunter22/)
    }
    assert.deepEqual(run(['--broker', 'amqp://bob@h']).warnings, [])
    assert.deepEqual(run([], { AMQP_URL: 'amqp://bob:hunter22@h' }).warnings, [])
  })

  test('help names every option and version is its own answer', () => {
    assert.equal(parseOptions(['--help'], {}).kind, 'help')
    assert.equal(parseOptions(['--version'], {}).kind, 'version')
    for (const name of [
      'broker',
      'broker-file',
      'management',
      'port',
      'read-only',
      'no-open',
      'json',
      'ca',
      'cert',
      'key',
      'name',
      'max-tasks',
    ]) {
      assert.ok(helpText().includes(`--${name} `), name)
    }
  })
})

describe('options: files', () => {
  test('the broker file, its mode and TLS files are read, and what cannot be read is one sentence', (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'warren-options-'))
    context.after(() => rmSync(folder, { recursive: true }))
    const file = (name: string, text: string, mode = 0o600) => {
      writeFileSync(join(folder, name), text)
      chmodSync(join(folder, name), mode)
      return join(folder, name)
    }
    const pem = file('ca.pem', '-----BEGIN CERTIFICATE-----\n')
    const good = readOptionFiles(run(['--broker-file', file('a', '# mine\n\namqp://bob:hunter22@h//\n'), '--ca', pem]))
    assert.ok(!('problem' in good))
    assert.equal(good.broker?.reveal(), 'amqp://bob:hunter22@h//')
    assert.equal(good.tls?.ca, '-----BEGIN CERTIFICATE-----\n')
    assert.deepEqual(good.warnings, [])

    const open = readOptionFiles(run(['--broker-file', file('b', 'amqp://h', 0o644)]))
    assert.ok(!('problem' in open) && open.warnings.some((warning) => warning.includes('chmod 600')))

    const named = readOptionFiles(run(['--broker', `amqps://h?cacertfile=${pem}&strange=1`]))
    assert.ok(!('problem' in named))
    assert.equal(named.tls?.ca, '-----BEGIN CERTIFICATE-----\n')
    assert.deepEqual(named.warnings, ['A parameter "strange" of the broker address is not known to Warren and is ignored.'])

    const bad: [string[], RegExp][] = [
      [['--broker-file', join(folder, 'none')], /^--broker-file: the file .*none does not exist\.$/],
      [['--broker-file', folder], /is a folder|larger/],
      [['--broker-file', file('c', '\n# nothing\n')], /holds no address/],
      [['--broker-file', file('d', 'redis://h')], /^--broker-file: Redis/],
      [['--ca', file('e', 'hello')], /is not PEM/],
      [['--broker', `amqps://h?certfile=${pem}`], /needs both --cert and --key/],
    ]
    for (const [args, expected] of bad) {
      const result = readOptionFiles(run(args))
      assert.match('problem' in result ? result.problem : '', expected)
    }
  })
})

describe('options: a bundle', () => {
  test('is shown whole, without a broker and without reading where one might be', () => {
    const options = run(['--open', 'x.warren.gz'], { AMQP_URL: 'amqp://u:p@h/' })
    assert.deepEqual([options.bundle, options.broker, options.maxTasks, options.open], ['x.warren.gz', null, 10_000_000, true])
    assert.equal(run(['--open', 'x', '--max-tasks', '5']).maxTasks, 5)
  })

  test('is not shown together with a broker', () => {
    for (const other of [['--broker', 'amqp://h'], ['--broker-file', 'f'], ['--stdio'], ['--management', 'http://h']])
      assert.match(problem(['--open', 'x', ...other]), /leave --/)
  })
})

describe('options: language models', () => {
  test('--mcp takes a workspace and the leave to act, and opens no browser', () => {
    const { models, open, broker } = run(['--mcp', '--workspace', `/a${delimiter}/b`, '--allow-actions', '--broker', 'amqp://h'])
    assert.deepEqual(models, { join: null, workspace: ['/a', '/b'], allowActions: true })
    assert.equal(open, false)
    assert.ok(broker)
    assert.deepEqual(run(['--mcp']).models, { join: null, workspace: [], allowActions: false })
  })

  test('--attach takes address and token from the environment only, and looks for no broker', () => {
    const env = { WARREN_URL: 'http://127.0.0.1:1/', WARREN_TOKEN: 'hunter22hunter22', AMQP_URL: 'no address' }
    const options = run(['--mcp', '--attach'], env)
    assert.equal(options.broker, null)
    assert.equal(options.models?.join?.token.reveal(), 'hunter22hunter22')
    assert.doesNotMatch(inspect(options, { depth: 9 }), /hunter22/)
    assert.match(problem(['--mcp', '--attach'], {}), /WARREN_URL and WARREN_TOKEN/)
  })

  test('what does not go together is one sentence', () => {
    assert.match(problem(['--allow-actions']), /^--allow-actions is of use with --mcp only\.$/)
    assert.match(problem(['--mcp', '--json']), /^Give either --mcp or --json, not both\.$/)
    assert.match(problem(['--mcp', '--attach', '--broker', 'amqp://h']), /leave --broker away/)
  })
})
