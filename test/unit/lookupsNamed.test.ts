import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { parseOptions } from '../../broker-bridge/options.ts'
import { draftLines, draftOf, withResultBackend } from '../../extension/connections/draft.ts'
import { SavedConnections } from '../../extension/connections/savedConnections.ts'

const address = 'db+postgresql://shop:se%2Fcret@db/shop'

test('a result backend that VS Code is told keeps its password in the secret storage', async () => {
  const draft = withResultBackend(draftOf('a', 'amqp://host'), address)
  assert.equal(draft.plain.resultBackend, 'db+postgresql://***@db/shop')
  assert.doesNotMatch(JSON.stringify([draft.plain, draftLines(draft)]), /cret/)
  const [plain, secret] = [new Map<string, unknown>(), new Map<string, string>()]
  const update = async (key: string, value: unknown) => Promise.resolve(void plain.set(key, value))
  const book = new SavedConnections(
    { get: (key) => plain.get(key), update },
    {
      get: (key) => Promise.resolve(secret.get(key)),
      store: (key, value) => Promise.resolve(void secret.set(key, value)),
      delete: (key) => Promise.resolve(void secret.delete(key)),
    },
    () => undefined,
  )
  await book.save({ ...draft.plain, resultBackend: address }, draft.secret)
  assert.doesNotMatch(JSON.stringify([...plain]), /cret/)
  assert.equal((await book.secret('a'))?.resultBackend, address)
  assert.equal(book.find('a')?.resultBackend, 'db+postgresql://***@db/shop')
  assert.equal(withResultBackend(draft, '').secret.resultBackend, undefined)
})

test('a result backend is named on the command line or in the environment, and never shown', () => {
  const read = (args: string[], env = {}) => {
    const parsed = parseOptions(['--broker', 'amqp://host', ...args], env)
    return parsed.kind === 'run' ? parsed.options.resultBackend : parsed
  }
  for (const named of [read(['--result-backend', address]), read([], { WARREN_RESULT_BACKEND: address })]) {
    assert.doesNotMatch(`${JSON.stringify(named)} ${inspect(named)}`, /cret/)
    assert.ok(named && 'reveal' in named && named.reveal() === address)
  }
  assert.equal(read([]), null)
  const refused = read(['--result-backend', 'rpc://'])
  assert.match(JSON.stringify(refused), /--result-backend: Results of the rpc backend go to whoever sent the task/)
})
