import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { djangoPostgres } from '../support/djangoPostgres.ts'
import { startPublisher, taskEvent } from '../support/events.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startPostgres, type PrivatePostgres } from '../support/postgres.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { startRedis, type PrivateRedis } from '../support/redis.ts'

const now = (): number => Date.now() / 1_000

/** The app of the tests, with everything in its results that Celery can put there. */
function appWith(broker: string, backend: string): CeleryApp {
  const app = testApp(broker)
  const settings = JSON.stringify({ result_extended: true, database_engine_options: {} })
  return { ...app, env: { ...app.env, CELERY_RESULT_BACKEND: backend, CELERY_SETTINGS: settings } }
}

describe('result backends on servers', () => {
  let rabbit: PrivateRabbit
  let live: LiveBridge

  before(async () => {
    rabbit = await startRabbit({ management: false })
    live = await startLiveBridge({ lookups: new URL('../../broker-bridge/lookups/worker.ts', import.meta.url) })
  })
  after(async () => {
    await live[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
  })

  const run = async (name: string, args: string, state: string): Promise<string> => {
    const { id } = await live.request('enqueue', { connection: 'c', name, args, key: freshKey() })
    await live.task(id, state, (task) => task.state === state)
    return id
  }
  const ask = async (id: string, connection = 'c', nonce?: string) =>
    live.request('askBackend', { connection, id, ...(nonce === undefined ? {} : { nonce }) })
  const problemOf = async (id: string, connection: string) => (await refusal(ask(id, connection), 'refused')).message

  describe('Redis', () => {
    let redis: PrivateRedis
    let worker: CeleryWorker

    before(async () => {
      redis = await startRedis()
      worker = await startWorker(appWith(rabbit.amqpUrl, redis.url))
      await live.connect({ address: rabbit.amqpUrl })
      await live.workers(worker.hostname)
    })
    after(async () => {
      await worker.kill()
      await redis[Symbol.asyncDispose]()
    })

    it('that workers name is asked once the user agreed to connect to it', async () => {
      const id = await run('tasksapp.add', '[12345678901234567890, 1.0]', 'SUCCESS')
      const asked = await confirmation(ask(id))
      assert.match(asked.detail, new RegExp(`here:\nredis://127\\.0\\.0\\.1:${redis.port}/0\nThat is an address of whichever`))
      const { file, answers, askedAt } = await ask(id, 'c', asked.nonce)
      assert.equal(file, `Redis at 127.0.0.1:${redis.port}/0`)
      const [first = assert.fail('It is there.')] = answers
      const { at, ...answer } = first
      assert.deepEqual(answer, {
        source: file,
        state: 'SUCCESS',
        name: 'tasksapp.add',
        worker: worker.hostname,
        queue: 'celery',
        // Every digit, and a number that is no integer in Python stays none.
        args: '[12345678901234567890,1.0]',
        kwargs: '{}',
        exact: true,
        result: '1.2345678901234567e+19',
        inert: null,
        traceback: null,
      })
      for (const time of [at, askedAt]) assert.ok(Math.abs((time ?? 0) - now()) < 300)
    })

    it('a failure comes with its exception and traceback', async () => {
      const { answers } = await ask(await run('tasksapp.fail', '[]', 'FAILURE'))
      assert.equal(answers[0]?.state, 'FAILURE')
      assert.match(answers[0].result ?? '', /"exc_type":"Broken"/)
      assert.match(answers[0].traceback ?? '', /tasksapp\.Broken: the report could not be made/)
    })

    it('what is not there, is not JSON, or is no value at all', async () => {
      assert.deepEqual((await ask('unheard of')).answers, [])
      await redis.command('eval', `return redis.call('set', 'celery-task-meta-pickled', '\\128\\004\\075.')`, '0')
      const [pickled] = (await ask('pickled')).answers
      assert.deepEqual([pickled?.state, pickled?.result], [null, null])
      assert.equal(pickled?.inert, 'What is kept there is not JSON (4 bytes), so Warren does not read it.')
      await redis.command('lpush', 'celery-task-meta-list', '1')
      assert.match(await problemOf('list', 'c'), /keeps something else where Celery keeps results\.$/)
      await redis.command('eval', `return redis.call('set', 'celery-task-meta-big', string.rep('x', 5000000))`, '0')
      assert.equal((await ask('big')).answers[0]?.inert, 'It has 5,000,000 bytes, too many to fetch.')
    })

    it('under a prefix and in another database, where the address says so', async () => {
      await redis.command('-n', '2', 'set', 'shop_celery-task-meta-kept', '{"status": "PROGRESS", "result": {"done": NaN}}')
      await live.connect({ id: 'p', address: rabbit.amqpUrl, resultBackend: `${redis.url.slice(0, -1)}2?global_keyprefix=shop` })
      const [answer] = (await ask('kept', 'p')).answers
      assert.deepEqual([answer?.state, answer?.result], ['PROGRESS', '{done:NaN}'])
      await live.connect({ id: 'p', address: rabbit.amqpUrl, resultBackend: `${redis.url.slice(0, -1)}99` })
      assert.match(await problemOf('kept', 'p'), /has no database of that number\.$/)
    })

    it('by TLS where the address says so, and never to a server that cannot prove itself', async () => {
      await live.connect({ id: 't', address: rabbit.amqpUrl, resultBackend: redis.tlsUrl })
      assert.match(await problemOf('any', 't'), /shows a certificate of an authority that is not trusted here\.$/)
      await live.connect({ id: 't', address: rabbit.amqpUrl, resultBackend: `${redis.tlsUrl}?ssl_ca_certs=${redis.ca}` })
      assert.deepEqual((await ask('any', 't')).answers, [])
    })

    it('a server that is frozen is given up, and so is one that is not there', async () => {
      redis.pause()
      assert.match(await problemOf('any', 'c'), /^Redis at 127\.0\.0\.1:\d+\/0 did not answer in time\.$/)
      redis.resume()
      await live.connect({ id: 'g', address: rabbit.amqpUrl, resultBackend: 'redis://127.0.0.1:1/0' })
      assert.equal(await problemOf('any', 'g'), 'Redis at 127.0.0.1:1/0 cannot be reached: nothing listens there.')
    })

    it('by itself, about a task whose end nobody heard; what events said stays', async () => {
      const lookups = new URL('../../broker-bridge/lookups/worker.ts', import.meta.url)
      const id = await run('tasksapp.add', '[1, 1]', 'SUCCESS')
      // This one comes too late for its events, and hears only the first of them again.
      await using patient = await startLiveBridge({ lookups, stuckAfter: 2 })
      await patient.connect({ address: rabbit.amqpUrl, resultBackend: redis.url })
      await using publisher = await startPublisher(rabbit.amqpUrl)
      await publisher.send([taskEvent(id, 'task-received'), taskEvent(id, 'task-started')])
      const told = await patient.task(id, 'is asked about', ({ backend }) => backend)
      const [answer] = told.backend?.answers ?? []
      assert.deepEqual([told.state, told.result, answer?.state, answer?.result], ['STARTED', null, 'SUCCESS', '2'])
      assert.ok(Math.abs((told.backend?.askedAt ?? 0) - now()) < 60)
    })

    describe('retries', () => {
      /** Sends a task as an application does, unknown to Warren before its events. */
      const send = async (call: string, state: string): Promise<string> => {
        const id = (await runPython(appWith(rabbit.amqpUrl, redis.url), `import tasksapp; print(tasksapp.${call}.id)`)).trim()
        await live.task(id, state, (task) => task.state === state)
        return id
      }
      const plan = (id: string) => live.request('planRetry', { connection: 'c', id })
      const retry = (id: string, nonce?: string) =>
        live.request('retry', { connection: 'c', id, key: freshKey(), ...(nonce === undefined ? {} : { nonce }) })

      it('take exact arguments from it, whatever an event could show of them', async () => {
        const id = await send("echo.delay('x' * 3000, 12345678901234567890, 1.0, **{'it': \"'s\"})", 'SUCCESS')
        const { source, explanation, args, kwargs, doubtful, queue } = await plan(id)
        assert.deepEqual([source, doubtful, queue], ['backend', undefined, 'celery'])
        assert.match(explanation, /^The result backend keeps the arguments themselves \(Redis at 127\.0\.0\.1:\d+\/0\)\.$/)
        assert.deepEqual([args, kwargs], [`["${'x'.repeat(3000)}",12345678901234567890,1.0]`, `{"it":"'s"}`])
        const again = await retry(id)
        const { result } = await live.task(again.id, 'succeeds', ({ state }) => state === 'SUCCESS')
        assert.equal(result, (await live.task(id, 'has a result', (task) => task.result)).result)
      })

      it('never send what the task itself changed', async () => {
        const id = await send('eat.delay([1, 2])', 'FAILURE')
        // What is kept is what the task left of it.
        assert.equal((await ask(id)).answers[0]?.args, '[[]]')
        const { source, explanation, args } = await plan(id)
        assert.deepEqual([source, args], ['incomplete', '[[1, 2]]'])
        assert.match(explanation, /An event, from before the task ran, showed other ones/)
        await refusal(retry(id), 'refused')
      })

      it('ask first where a list could have been changed and no event can tell', async () => {
        const id = await send("echo.delay(['x' * 3000])", 'SUCCESS')
        assert.deepEqual([(await plan(id)).source, (await plan(id)).doubtful], ['backend', true])
        const { detail } = await confirmation(retry(id))
        assert.match(detail, /There is a list or a dict among them: had the task changed it/)
        const same = await send('echo.delay([1])', 'SUCCESS')
        const { explanation, doubtful } = await plan(same)
        assert.equal(doubtful, undefined)
        assert.match(explanation, /An event showed the same\.$/)
      })

      it('take them from a worker that has the task', async () => {
        const id = await send("echo.apply_async(['x' * 3000, 1.0], countdown=3600)", 'RECEIVED')
        let told = await plan(id)
        // On a busy machine a worker may take longer than the second that is waited for it.
        await eventually('the worker tells', async () => told.source === 'worker' || (told = await plan(id)).source === 'worker')
        const { source, explanation, args } = told
        assert.deepEqual([source, args], ['worker', `["${'x'.repeat(3000)}",1.0]`])
        assert.equal(explanation, 'worker@test has the task now and tells its arguments themselves.')
      })
    })

    it('keeps no schedules, and says so', async () => {
      const { database } = await live.request('listSchedules', { connection: 'c' })
      assert.match(database?.problem ?? '', /keeps results and no schedules of django-celery-beat\.$/)
    })

    it('its password is asked for, and shown nowhere', async () => {
      await redis.lock('secret-of-redis')
      assert.match(await problemOf('any', 'c'), /wants a password\.$/)
      const address = (password: string) => redis.url.replace('//', `//:${password}@`)
      await live.connect({ id: 's', address: rabbit.amqpUrl, resultBackend: address('secret-of-redis') })
      assert.deepEqual((await ask('unheard of', 's')).answers, [])
      await live.connect({ id: 's', address: rabbit.amqpUrl, resultBackend: address('wrong-one') })
      const problem = await problemOf('any', 's')
      assert.match(problem, /refuses this user or password\.$/)
      assert.doesNotMatch(`${problem}${live.log.join('')}${JSON.stringify(live.info('s'))}`, /wrong-one|secret-of/)
    })
  })

  describe('PostgreSQL', () => {
    let postgres: PrivatePostgres
    let worker: CeleryWorker

    before(async () => {
      postgres = await startPostgres()
      await postgres.sql(djangoPostgres)
      worker = await startWorker(appWith(rabbit.amqpUrl, `db+${postgres.url}`), { hostname: 'sql@test' })
      await live.connect({ address: rabbit.amqpUrl, resultBackend: `db+${postgres.url}` })
      await live.workers(worker.hostname)
    })
    after(async () => {
      await worker.kill()
      await postgres[Symbol.asyncDispose]()
    })

    const shown = () => `PostgreSQL database shop at localhost:${postgres.port}`

    it('workers keep its password to themselves, so the user has to name it', async () => {
      await live.connect({ id: 'w', address: rabbit.amqpUrl })
      await live.workers(worker.hostname)
      const problem = await problemOf('any', 'w')
      assert.match(problem, /in db\+postgresql:\/\/warren:\*{8}@localhost:\d+\/shop and do not tell its password\. Start Warren/)
    })

    it('Celery’s own table: state, exact arguments, traceback, and a pickle that stays one', async () => {
      const { file, answers } = await ask(await run('tasksapp.fail', '[7]', 'FAILURE'))
      assert.equal(file, shown())
      const [answer] = answers
      assert.equal(answer?.source, `celery_taskmeta in ${shown()}`)
      assert.deepEqual(
        [answer.state, answer.name, answer.args, answer.kwargs, answer.exact],
        ['FAILURE', 'tasksapp.fail', '[7]', '{}', true],
      )
      assert.match(answer.traceback ?? '', /tasksapp\.Broken/)
      assert.equal(answer.result, null)
      assert.match(answer.inert ?? '', /^It is a pickle of \d+ bytes/)
      assert.ok(Math.abs((answer.at ?? 0) - now()) < 300)
    })

    it('the table of django-celery-results, its time in any zone', async () => {
      const [answer] = (await ask('done')).answers
      assert.equal(answer?.source, `django_celery_results_taskresult in ${shown()}`)
      assert.deepEqual(
        [answer.state, answer.at, answer.args, answer.exact, answer.result],
        ['SUCCESS', Date.parse('2026-11-21T12:00:00Z') / 1_000, "(1, 'zoë')", false, '{"sum": 3}'],
      )
      assert.deepEqual((await ask("x' OR 1=1 --")).answers, [])
    })

    const often = async () => {
      const { periodic } = await live.request('listSchedules', { connection: 'c' })
      return periodic.find(({ name }) => name === 'often') ?? assert.fail('It is listed.')
    }

    it('schedules are listed as from SQLite', async () => {
      const { periodic, database } = await live.request('listSchedules', { connection: 'c' })
      assert.deepEqual(database, { file: shown(), problem: null })
      assert.deepEqual(
        periodic.map(({ name, schedule, enabled }) => [name, schedule, enabled]),
        [
          ['nightly', 'at 03:00 on Monday to Friday (Europe/Paris)', true],
          ['off', 'every 10 seconds', false],
          ['often', 'every 10 seconds', true],
          ['once', 'once, at 2026-11-24 00:29 UTC', true],
          ['sun', 'at solar noon (48.850000, 2.350000)', true],
        ],
      )
      assert.deepEqual([(await often()).lastRun, (await often()).runs], [Date.parse('2026-11-21T11:59:55Z') / 1_000, 7])
    })

    const turn = async (enabled: boolean): Promise<void> => {
      const { id, name } = await often()
      const change = { connection: 'c', id, name, enabled, key: freshKey() }
      const { nonce, detail } = await confirmation(live.request('setPeriodic', change))
      assert.ok(detail.includes(`writes this into ${shown()}, for everybody`), detail)
      await live.request('setPeriodic', { ...change, nonce })
    }
    const inTables = (what: string) =>
      postgres.sql(`SELECT ${what} FROM django_celery_beat_periodictask, django_celery_beat_periodictasks WHERE name = 'often'`)

    it('a schedule is turned off and on, and beat is told, all or nothing', async () => {
      await turn(false)
      assert.equal(await inTables("enabled, last_run_at IS NULL, last_update > now() - interval '5 minutes'"), 'f|t|t')
      await turn(true)
      assert.equal(await inTables('enabled'), 't')
      // Where beat cannot be told, nothing is changed.
      await postgres.sql('ALTER TABLE django_celery_beat_periodictasks ADD CHECK (ident > 1) NOT VALID')
      const { id, name } = await often()
      const change = { connection: 'c', id, name, enabled: false, key: freshKey() }
      const { nonce } = await confirmation(live.request('setPeriodic', change))
      await refusal(live.request('setPeriodic', { ...change, nonce }), 'refused')
      assert.equal(await inTables('enabled'), 't')
    })

    it('tables that another program holds are given up, unchanged', async () => {
      const { id, name } = await often()
      const change = { connection: 'c', id, name, enabled: false, key: freshKey() }
      const { nonce } = await confirmation(live.request('setPeriodic', change))
      const held = postgres.sql('LOCK TABLE django_celery_beat_periodictask IN SHARE MODE; SELECT pg_sleep(20)').catch(() => null)
      const waiting = "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND granted AND relation IS NOT NULL"
      await eventually('the table is held', async () => (await postgres.sql(waiting)) !== '0')
      const { message } = await refusal(live.request('setPeriodic', { ...change, nonce }), 'refused')
      assert.equal(message, `The ${shown()} is locked by another program.`)
      await postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%'")
      await held
      assert.equal((await often()).enabled, true)
    })

    it('a schedule is run now, through the broker', async () => {
      const { id, name } = await often()
      const runNow = { connection: 'c', id, name, key: freshKey() }
      const { nonce } = await confirmation(live.request('runPeriodic', runNow))
      const sent = await live.request('runPeriodic', { ...runNow, nonce })
      assert.equal((await live.task(sent.id, 'succeeds', ({ state }) => state === 'SUCCESS')).result, '3')
    })

    it('who may only read is told so, in a schema of its own as well', async () => {
      await postgres.sql(`CREATE ROLE reader LOGIN PASSWORD 'reads-only';
        CREATE SCHEMA other; CREATE TABLE other.celery_taskmeta AS SELECT * FROM celery_taskmeta LIMIT 0;
        INSERT INTO other.celery_taskmeta (id, task_id, status) VALUES (1, 'elsewhere', 'STARTED');
        GRANT USAGE ON SCHEMA other TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA other TO reader`)
      const reader = postgres.url.replace(/\/\/[^@]*@/, '//reader:reads-only@')
      await live.connect({ id: 'r', address: rabbit.amqpUrl, resultBackend: reader })
      assert.match(await problemOf('done', 'r'), /does not allow this user to do that\.$/)
      const there = `${reader}?options=-csearch_path%3Dother`
      await live.connect({ id: 'r', address: rabbit.amqpUrl, resultBackend: there })
      assert.equal((await ask('elsewhere', 'r')).answers[0]?.state, 'STARTED')
    })

    it('by TLS as its address says, and a wrong password is shown nowhere', async () => {
      for (const [query, outcome] of [
        ['sslmode=disable', null],
        [`sslmode=verify-full&sslrootcert=${postgres.ca}`, null],
        ['sslmode=verify-full', /not trusted here\.$/],
      ] as const) {
        await live.connect({ id: 't', address: rabbit.amqpUrl, resultBackend: `${postgres.url}?${query}` })
        if (outcome === null) assert.equal((await ask('done', 't')).answers.length, 1, query)
        else assert.match(await problemOf('done', 't'), outcome)
      }
      const wrong = postgres.url.replace('secret-of-postgres', 'wrong-one')
      await live.connect({ id: 't', address: rabbit.amqpUrl, resultBackend: wrong })
      const problem = await problemOf('done', 't')
      assert.equal(problem, `The ${shown()} refuses this user or password.`)
      assert.doesNotMatch(`${live.log.join('')}${JSON.stringify(live.info('t'))}`, /wrong-one/)
    })

    it('nothing stays connected', async () => {
      const left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'warren'"
      // A server ends a session a moment after its client has gone.
      await eventually('all are gone', async () => (await postgres.sql(left)) === '0')
    })
  })
})
