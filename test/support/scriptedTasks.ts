import type {
  Activity,
  ConnectionInfo,
  Moment,
  QueueRow,
  TaskDetail,
  TaskRow,
  WorkerRow,
} from '../../broker-bridge/protocol/index.ts'

/** Parts of scripts: connections, tasks, workers and queues as a bridge would describe them. All deterministic but for the time. */

export const nowSeconds = (): number => Date.now() / 1000

export function connected(change: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    id: 'local',
    name: 'Shop',
    address: 'amqp://shop@broker.local:5672/shop',
    readOnly: false,
    status: { kind: 'connected', since: nowSeconds() - 600, message: 'Connected to RabbitMQ 3.10.8.' },
    broker: 'RabbitMQ 3.10.8',
    capabilities: { events: { available: true }, control: { available: true }, management: { available: true } },
    blocked: null,
    gaps: [],
    silentWorkers: { certain: [], likely: [], keptOn: false },
    malformed: {},
    ...change,
  }
}

export function quietActivity(change: Partial<Activity> = {}): Activity {
  return {
    at: nowSeconds(),
    eventsPerSecond: 0,
    events: 0,
    tasks: 0,
    states: {},
    recentFailures: 0,
    newFailures: 0,
    letGo: 0,
    ...change,
  }
}

export function activityOf(tasks: readonly TaskRow[], eventsPerSecond: number): Activity {
  const states: Record<string, number> = {}
  for (const { state } of tasks) states[state] = (states[state] ?? 0) + 1
  return quietActivity({
    eventsPerSecond,
    events: tasks.length * 3,
    tasks: tasks.length,
    states,
    recentFailures: states['FAILURE'] ?? 0,
    newFailures: 0,
  })
}

const kinds = [
  { name: 'shop.tasks.orders.send_invoice', args: "(81234, 'invoice-2026-11.pdf')", kwargs: "{'notify': True}", queue: 'mail' },
  { name: 'shop.tasks.images.resize', args: "('products/8812/front.jpg', [320, 640, 1280])", kwargs: '{}', queue: 'images' },
  { name: 'shop.tasks.search.reindex_product', args: '(8812,)', kwargs: "{'full': False}", queue: 'celery' },
  { name: 'shop.tasks.reports.monthly_totals', args: '()', kwargs: "{'month': '2026-11', 'currency': 'EUR'}", queue: 'reports' },
  { name: 'billing.sync.fetch_payments', args: "('stripe', '2026-11-20T00:00:00+00:00')", kwargs: '{}', queue: 'celery' },
] as const
const states = [
  'STARTED',
  'SUCCESS',
  'SUCCESS',
  'SUCCESS',
  'RECEIVED',
  'SUCCESS',
  'RETRY',
  'SUCCESS',
  'FAILURE',
  'SUCCESS',
  'SUCCESS',
  'REVOKED',
]

/** The n-th task of a shop, counted from the oldest. */
export function shopTask(n: number, at = nowSeconds() - 1, change: Partial<TaskRow> = {}): TaskRow {
  const kind = kinds[n % kinds.length] ?? kinds[0]
  const state = states[n % states.length] ?? 'SUCCESS'
  const failed = state === 'FAILURE' || state === 'RETRY'
  return {
    connection: 'local',
    id: `${((n * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, '0')}-3e5b-4f0e-9d6a-${String(n).padStart(12, '0')}`,
    name: kind.name,
    state,
    at,
    worker: `shop@worker-${(n % 3) + 1}`,
    queue: kind.queue,
    runtime: state === 'SUCCESS' || state === 'FAILURE' ? 0.013 * ((n % 97) + 1) : null,
    args: kind.args,
    kwargs: kind.kwargs,
    retries: state === 'RETRY' ? 1 + (n % 3) : 0,
    exception: failed ? `ConnectionError("HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded")` : null,
    progress: state === 'STARTED' && n % 24 === 0 ? { percent: 30.8, current: 37, total: 120, message: 'page 37 of 120' } : null,
    retryOf: null,
    ...change,
  }
}

/** So many tasks of a shop, newest first, `spacing` seconds apart. */
export function shopTasks(count: number, spacing = 0.4): TaskRow[] {
  const now = nowSeconds()
  return Array.from({ length: count }, (_, age) => shopTask(count - age, now - age * spacing))
}

export const traceback = `Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", line 703, in urlopen
    httplib_response = self._make_request(
  File "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", line 386, in _make_request
    self._validate_conn(conn)
  File "/usr/lib/python3.11/ssl.py", line 1379, in do_handshake
    self._sslobj.do_handshake()
ConnectionResetError: [Errno 104] Connection reset by peer

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/celery/app/trace.py", line 451, in trace_task
    R = retval = fun(*args, **kwargs)
                 ^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3/dist-packages/celery/app/trace.py", line 734, in __protected_call__
    return self.run(*args, **kwargs)
  File "/srv/shop/shop/tasks/orders.py", line 48, in send_invoice
    receipt = gateway.deliver(invoice, notify=notify)
  File "/srv/shop/shop/gateway.py", line 112, in deliver
    response = self.session.post(self.url, json=payload, timeout=10)
  File "/usr/lib/python3/dist-packages/requests/sessions.py", line 635, in post
    return self.request("POST", url, data=data, json=json, **kwargs)
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded
`

/** A task as the detail pane gets it. */
export function detailOf(row: TaskRow, change: Partial<TaskDetail> = {}): TaskDetail {
  const failed = row.state === 'FAILURE'
  const moments: Moment[] = [
    { state: 'PENDING', at: row.at - 3.2, worker: 'gen1@web-1', exception: null },
    { state: 'RECEIVED', at: row.at - 2.9, worker: row.worker ?? '', exception: null },
    { state: 'STARTED', at: row.at - 0.7, worker: row.worker ?? '', exception: null },
    { state: row.state, at: row.at, worker: row.worker ?? '', exception: row.exception },
  ]
  return {
    ...row,
    result: row.state === 'SUCCESS' ? "{'sent': 1, 'skipped': [], 'receipt': 'rcp_81234'}" : null,
    traceback: failed ? traceback : null,
    root: row.id,
    parent: null,
    children: [],
    retriedAs: [],
    eta: null,
    expires: null,
    exchange: '',
    routingKey: row.queue,
    timeline: moments,
    attempts: [
      {
        number: row.retries + 1,
        state: row.state,
        worker: row.worker ?? '',
        receivedAt: row.at - 2.9,
        startedAt: row.at - 0.7,
        endedAt: failed || row.state === 'SUCCESS' ? row.at : null,
        exception: failed ? row.exception : null,
        traceback: failed ? traceback : null,
      },
    ],
    custom: null,
    sentAt: row.at - 3.2,
    receivedAt: row.at - 2.9,
    startedAt: row.at - 0.7,
    endedAt: row.at,
    ...change,
  }
}

export function worker(n: number, change: Partial<WorkerRow> = {}): WorkerRow {
  return {
    connection: 'local',
    name: `shop@worker-${n}`,
    online: true,
    lastSeen: nowSeconds() - 2,
    active: n,
    processed: 1000 * n + 17,
    pool: 'prefork',
    concurrency: 4,
    queues: ['celery', 'mail'],
    software: 'py-celery 5.2.6',
    pid: 4000 + n,
    load: [0.42, 0.5, 0.61],
    sendsEvents: true,
    ...change,
  }
}

export function queue(name: string, change: Partial<QueueRow> = {}): QueueRow {
  return {
    connection: 'local',
    virtualHost: 'shop',
    name,
    type: 'classic',
    ready: 0,
    unacked: 0,
    consumers: 3,
    plumbing: false,
    ...change,
  }
}
