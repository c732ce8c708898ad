import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Metrics } from '../../broker-bridge/metrics/metrics.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { workerRow } from '../support/fakeCore.ts'

const now = 1_000

function event(id: string, state: string, at: number, more: Partial<TaskEvent> = {}): TaskEvent {
  return {
    ...{ id, state, at, worker: 'w1@host', pid: 1, clock: 1, name: null, args: null, kwargs: null, root: null, parent: null },
    ...{ retries: null, eta: null, expires: null, queue: null, exchange: null, routingKey: null, result: null, runtime: null },
    ...{ exception: null, traceback: null, custom: null },
    ...more,
  }
}

const queue = {
  connection: 'c',
  virtualHost: '/',
  name: 'celery',
  type: null,
  ready: 3,
  unacked: 1,
  consumers: 2,
  plumbing: false,
}
const workers = [
  workerRow('w1@host', { active: 2, concurrency: 4, queues: ['celery'] }),
  workerRow('w2@host', { online: false, lastSeen: now - 60 }),
  workerRow('old@host', { online: false, lastSeen: now - 3_600 }),
]

async function scraped(events: readonly TaskEvent[]): Promise<string[]> {
  const store = new TaskStore(1_000)
  const metrics = new Metrics()
  store.onEvent = (task, one, lives) => metrics.note(task, one, lives)
  store.apply('c', events, now)
  const { text, type } = await metrics.scrape('c', { workers, queues: [queue], defaultQueue: 'celery' }, now)
  assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8')
  return text.split('\n')
}

const life = [
  event('a', 'PENDING', 100, { name: 'add', queue: 'fast', worker: 'gen77@web' }),
  event('a', 'RECEIVED', 101, { name: 'add' }),
  event('a', 'STARTED', 103),
  event('a', 'SUCCESS', 103.3, { runtime: 0.3 }),
]

describe('what Prometheus is told', () => {
  it('counts by the names and labels of Flower', async () => {
    const lines = await scraped([...life, event('b', 'RECEIVED', 101, { name: 'add' })])
    for (const line of [
      'flower_events_total{worker="gen@web",type="task-sent",task="add"} 1',
      'flower_events_total{worker="w1@host",type="task-succeeded",task="add"} 1',
      'flower_task_runtime_seconds_bucket{worker="w1@host",task="add",le="0.25"} 0',
      'flower_task_runtime_seconds_bucket{worker="w1@host",task="add",le="0.5"} 1',
      'flower_task_runtime_seconds_bucket{worker="w1@host",task="add",le="+Inf"} 1',
      'flower_task_runtime_seconds_sum{worker="w1@host",task="add"} 0.3',
      'flower_task_runtime_seconds_count{worker="w1@host",task="add"} 1',
      'flower_worker_prefetched_tasks{worker="w1@host",task="add"} 1',
      'flower_task_prefetch_time_seconds{worker="w1@host",task="add"} 0',
      'flower_worker_online{worker="w1@host"} 1',
      'flower_worker_online{worker="w2@host"} 0',
      'flower_worker_number_of_currently_executing_tasks{worker="w1@host"} 2',
    ])
      assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`)
    assert.ok(!lines.some((line) => line.includes('old@host')), 'a worker that is long gone is gone')
  })

  it('and of celery-exporter', async () => {
    const failed = [event('f', 'RECEIVED', 100, { name: 'add' }), event('f', 'FAILURE', 101, { exception: "ValueError('no')" })]
    const lines = await scraped([...life, ...failed])
    for (const line of [
      'celery_task_sent_total{name="add",hostname="web",queue_name="fast"} 1',
      'celery_task_succeeded_total{name="add",hostname="host",queue_name="fast"} 1',
      'celery_task_failed_total{name="add",hostname="host",queue_name="celery",exception="ValueError"} 1',
      'celery_task_retried_total{name="add",hostname="host",queue_name="fast"} 0',
      'celery_task_runtime_count{name="add",hostname="host",queue_name="fast"} 1',
      'celery_task_queue_wait_time_sum{name="add",hostname="host",queue_name="fast"} 3',
      'celery_worker_up{hostname="host"} 1',
      'celery_worker_tasks_active{hostname="host"} 2',
      'celery_queue_length{queue_name="celery"} 3',
      'celery_active_consumer_count{queue_name="celery"} 2',
      'celery_active_worker_count{queue_name="celery"} 1',
      'celery_active_process_count{queue_name="celery"} 4',
    ])
      assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`)
  })

  it('does not count waiting for an ETA as waiting in the queue', async () => {
    const eta = new Date(160_000).toISOString()
    const lines = await scraped([
      event('a', 'PENDING', 100, { name: 'add', eta }),
      event('a', 'RECEIVED', 101, { name: 'add', eta }),
      event('a', 'STARTED', 161),
    ])
    assert.ok(lines.includes('celery_task_queue_wait_time_sum{name="add",hostname="host",queue_name="celery"} 1'))
    assert.ok(!lines.some((line) => line.startsWith('flower_worker_prefetched_tasks{')))
  })

  it('counts an event that comes twice once', async () => {
    const lines = await scraped([...life, ...life])
    assert.ok(lines.includes('flower_events_total{worker="w1@host",type="task-succeeded",task="add"} 1'))
  })

  it('stays bounded whatever names come, and shows hostile ones as text', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => event(`t${index}`, 'RECEIVED', 100, { name: `made.up.${index}` }))
    const lines = await scraped([event('h', 'RECEIVED', 100, { name: 'a"b\\\nc{} 1' }), ...many])
    const series = lines.filter((line) => line.startsWith('flower_events_total{'))
    assert.ok(series.length <= 2_001, String(series.length))
    assert.ok(series.includes('flower_events_total{worker="(other)",type="task-received",task="(other)"} 3001'))
    assert.ok(series.includes('flower_events_total{worker="w1@host",type="task-received",task="a\\"b\\\\\\nc{} 1"} 1'))
  })
})
