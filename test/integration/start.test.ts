import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('npm start -- --json says its address and token in the very first line, also while the broker cannot be reached', async () => {
  const args = ['start', '--', '--json', '--no-open', '--port', '0', '--broker', 'amqp://127.0.0.1:1', '--history', 'off']
  const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { url, token } = JSON.parse(line) as { url: string; token: string }
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await fetch(new URL('healthcheck', url), { headers })).status, 200)
  } finally {
    child.kill()
    await once(child, 'exit')
  }
})
