import type { FailureGroup, FailurePicture } from '../../broker-bridge/protocol/index.ts'
import { nowSeconds } from './scriptedTasks.ts'

const kinds = [
  {
    type: 'ConnectionError',
    place: 'deliver (shop/gateway.py)',
    exception: `ConnectionError("HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded with url: /v1/receipts")`,
    names: [
      'shop.tasks.orders.send_invoice',
      'shop.tasks.orders.remind',
      'billing.sync.fetch_payments',
      'billing.sync.fetch_refunds',
    ],
  },
  {
    type: 'IntegrityError',
    place: 'save (stock/models.py)',
    exception: `IntegrityError('duplicate key value')`,
    names: ['stock.book'],
  },
  {
    type: 'WorkerLostError',
    place: 'mark_as_worker_lost (billiard/pool.py)',
    exception: 'WorkerLostError: signal 9 (SIGKILL)',
    names: ['shop.tasks.images.resize'],
  },
  { type: 'NotRegistered', place: null, exception: `NotRegistered('shop.tasks.old')`, names: ['shop.tasks.old'] },
] as const

/** The n-th group of a shop, n minutes old. */
export function shopGroup(n: number, change: Partial<FailureGroup> = {}): FailureGroup {
  const kind = kinds[n % kinds.length] ?? kinds[0]
  const lastSeen = nowSeconds() - n * 60 - 4
  const hours = Array.from({ length: 24 }, (_, hour) => (hour * 7 + n * 5) % 11 ** (n % 3)).map((count, hour) =>
    hour % (n + 2) === 0 ? 0 : count,
  )
  hours[23] = 3
  return {
    connection: 'local',
    fingerprint: `00000000000000${n.toString(16).padStart(2, '0')}`,
    type: kind.type,
    place: n < kinds.length || kind.place === null ? kind.place : `${kind.place} ${n}`,
    exception: kind.exception,
    count: hours.reduce((sum, count) => sum + count, 0) * (n + 1),
    firstSeen: lastSeen - 80_000,
    lastSeen,
    hours,
    hour: Math.floor(nowSeconds() / 3_600),
    names: kind.names.map((name, index) => ({ name, count: 90 - 20 * index })),
    otherNames: 0,
    workers: [
      { name: 'shop@worker-1', count: 80 },
      { name: 'shop@worker-2', count: 12 },
    ],
    otherWorkers: 0,
    examples: [{ id: `id-${n}`, name: kind.names[0], at: lastSeen }],
    mark: 'new',
    cameBack: false,
    ...change,
  }
}

export function pictureOf(groups: readonly FailureGroup[], change: Partial<FailurePicture> = {}): FailurePicture {
  return { groups, total: groups.length, letGo: 0, ...change }
}
