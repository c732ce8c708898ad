import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { resend } from '../../broker-bridge/sources/celery/resending.ts'
import type { KeptContent } from '../../broker-bridge/sources/keptMessage.ts'
import { msgpackMembers } from '../../broker-bridge/sources/messages/msgpack.ts'

const how = { id: 'new', root: 'root', parent: 'old', carryCanvas: false, now: 1_000 }
const nothing = { callbacks: null, errbacks: null, chain: null, chord: null }
const chained = '[[1.10, "é"], {"a": 12345678901234567890}, {"callbacks": [{"task": "x"}], "chain": null}]'
const alone = `[[1.10, "é"], {"a": 12345678901234567890}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]`

function sent(content: Uint8Array, more: Partial<KeptContent> = {}, carryCanvas = false): Buffer | string {
  const kept = { headers: { task: 't', id: 'old' }, contentType: 'application/json', contentEncoding: 'utf-8', ...more }
  const resent = resend({ ...kept, content: Buffer.from(content) }, { ...how, carryCanvas })
  return 'problem' in resent ? resent.problem : resent.content
}

describe('what follows a task, and is not to go along', () => {
  const packings = [
    ['zlib', 'application/x-gzip', deflateSync, inflateSync],
    ['gzip', 'application/x-gzip', gzipSync, gunzipSync],
    ['brotli', 'application/x-brotli', brotliCompressSync, brotliDecompressSync],
    ['zstd', 'application/zstd', zstdCompressSync, zstdDecompressSync],
  ] as const
  for (const [name, compression, pack, unpack] of packings)
    it(`is taken out of a body packed by ${name}, which stays packed`, () => {
      const headers = { task: 't', id: 'old', compression }
      const packed = pack(Buffer.from(chained))
      assert.equal(unpack(sent(packed, { headers }) as Buffer).toString(), alone)
      assert.deepEqual(sent(packed, { headers }, true), packed)
      const plain = pack(Buffer.from(alone))
      assert.deepEqual(sent(plain, { headers }), plain)
    })

  it('is taken out of msgpack, and every other byte stays', () => {
    const msgpack = { contentType: 'application/x-msgpack', contentEncoding: 'binary' }
    // 1.0 as a float of four bytes, which nobody would write again the same way.
    const args = Buffer.from([0x91, 0xca, 0x3f, 0x80, 0, 0])
    const body = (embed: unknown): Buffer => Buffer.concat([Buffer.of(0x93), args, encode({ a: 'é' }), encode(embed)])
    const after = sent(body({ ...nothing, chain: [{ task: 'x' }] }), msgpack) as Buffer
    assert.deepEqual(after.subarray(1, 7), args)
    assert.deepEqual(decode(after), [[1], { a: 'é' }, nothing])
    assert.deepEqual(sent(body(nothing), msgpack), body(nothing))
    assert.match(sent(Buffer.of(0x93, 1), msgpack) as string, /no body of a Celery task/)
  })

  it('is not sent where it cannot be taken out', () => {
    const utf16 = { contentEncoding: 'utf-16le' }
    assert.match(sent(Buffer.from(chained, 'utf16le'), utf16) as string, /cannot be taken out.*not in UTF-8/)
    assert.deepEqual(sent(Buffer.from(alone, 'utf16le'), utf16), Buffer.from(alone, 'utf16le'))
    for (const type of ['python-serialize', 'yaml'])
      assert.match(sent(Buffer.from('x'), { contentType: `application/x-${type}` }) as string, /does not decode/)
    const headers = { task: 't', id: 'old', compression: 'application/x-bz2' }
    assert.match(sent(Buffer.from('x'), { headers }) as string, /cannot be taken out.*x-bz2/)
  })
})

describe('an expiry without a zone', () => {
  const expiryAt = (time: string): unknown => {
    const headers = { task: 't', id: 'old', expires: '2026-11-21T12:00:00' }
    const kept = { headers, contentType: 'application/json', contentEncoding: 'utf-8', content: Buffer.from(alone) }
    const resent = resend(kept, { ...how, now: Date.parse(time) / 1_000 })
    assert.ok(!('problem' in resent))
    return resent.headers['expires']
  }

  it('is over by UTC, whatever the zone of this computer', () => {
    assert.equal(expiryAt('2026-11-21T11:59:00Z'), undefined, 'it stays as it is')
    assert.equal(expiryAt('2026-11-21T12:01:00Z'), null)
  })
})

describe('members of an array in msgpack', () => {
  it('are its bytes, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.anything({ withBigInt: false, withDate: false, maxDepth: 3 }), { maxLength: 20 }), (values) => {
        const parts = values.map((value) => Buffer.from(encode(value, { ignoreUndefined: true })))
        const head = encode(values.map(() => null)).subarray(0, values.length < 16 ? 1 : 3)
        assert.deepEqual(msgpackMembers(Buffer.concat([head, ...parts])), parts)
      }),
    )
    const long = [
      new Uint8Array(70_000),
      'x'.repeat(300),
      'x'.repeat(70_000),
      Array.from({ length: 70_000 }, () => -1),
      2 ** 40,
      -(2 ** 40),
    ]
    const [first, ...others] = msgpackMembers(Buffer.from(encode(long))) ?? []
    assert.deepEqual([first?.length, others.map((part) => decode(part))], [70_005, long.slice(1)])
  })

  it('are none of any other bytes, and nothing makes it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const members = msgpackMembers(Buffer.from(bytes))
        if (members) assert.ok(members.reduce((sum, part) => sum + part.length, 0) < bytes.length)
      }),
    )
    for (const bytes of [[], [0x80], [0x93, 1, 2], [0x91, 1, 2], [0xdd, 0xff, 0xff, 0xff, 0xff], [0x91, 0xdb, 1], [0x91, 0xc1]])
      assert.equal(msgpackMembers(Buffer.from(bytes)), null)
  })
})
