import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { listPickle } from '../../broker-bridge/sources/messages/pickle.ts'

const list = (hex: string, limit = 20_000) => listPickle(Buffer.from(hex, 'hex'), limit)

test('a pickle that would run a command is listed, and says what it would call', () => {
  // pickle.dumps of an object whose __reduce__ is (os.system, ('touch /tmp/x',)), protocols 0 and 4.
  const old = Buffer.from('cposix\nsystem\np0\n(Vtouch /tmp/x\np1\ntp2\nRp3\n.').toString('hex')
  assert.match(list(old).body, /would import and may call: posix\.system\n.*GLOBAL posix\.system/s)
  const newer =
    '80049524000000000000008c05706f736978948c0673797374656d9493948c0c746f756368202f746d702f789485945294 2e'.replaceAll(' ', '')
  assert.match(list(newer).body, /would import and may call: posix\.system/)
  assert.match(list(newer).body, /SHORT_BINUNICODE "touch \/tmp\/x"[^]*REDUCE[^]*STOP$/)
  assert.equal(list(newer).problem, null)
})

test('integers are read to the last digit', () => {
  // pickle.dumps([2**70, -1, 1.5], 2)
  assert.match(
    list('80025d7100288a09000000000000000040 4affffffff473ff8000000000000652e'.replaceAll(' ', '')).body,
    /LONG1 1180591620717411303424\n.*BININT -1\n.*BINFLOAT 1\.5/,
  )
})

test('what is no pickle, or only a part of one, is said', () => {
  assert.match(list('8004ff').problem ?? '', /At byte 2 it has a step that no pickle has \(0xff\)/)
  assert.match(list('80048c50').problem ?? '', /breaks off in the middle of a step, at byte 2/)
  assert.match(listPickle(Buffer.alloc(100_000, 'N'), 10_000_000).problem ?? '', /first 5,000 steps/)
  assert.equal(list('80044b012e', 10).body.length, 10)
})

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => typeof listPickle(Buffer.from(bytes), 1_000).body === 'string'),
  )
})
