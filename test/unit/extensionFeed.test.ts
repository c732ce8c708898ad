import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FromHost, Transport } from '../../broker-bridge/protocol/index.ts'
import { bridgeSources, feedHtml } from '../../extension/feed/html.ts'
import { Relay } from '../../extension/feed/relay.ts'
import { DisposableStore, Emitter } from '../../extension/lifecycle.ts'
import { clockText, durationText, messageText, pickText } from '../../extension/shownText.ts'

const page = {
  cspSource: 'https://*.vscode-cdn.net',
  nonce: 'bm9uY2U=',
  script: 'https://cdn/webview.js',
  styles: 'https://cdn/codicon.css',
}

describe('the page of the feed', () => {
  test('may load its own script and talk to one bridge, and nothing else', () => {
    const html = feedHtml({ ...page, bridge: 'http://127.0.0.1:8123/proxy/4000/' })
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]
    assert.equal(
      policy,
      "default-src 'none'; script-src 'nonce-bm9uY2U='; style-src https://*.vscode-cdn.net 'nonce-bm9uY2U='; " +
        'font-src https://*.vscode-cdn.net; img-src https://*.vscode-cdn.net data:; ' +
        "connect-src http://127.0.0.1:8123/proxy/4000/ ws://127.0.0.1:8123/proxy/4000/; base-uri 'none'; form-action 'none'",
    )
    assert.match(html, /<script nonce="bm9uY2U=" src="https:\/\/cdn\/webview\.js"><\/script>/)
    assert.match(html, /<body data-host="vscode">/)
    assert.doesNotMatch(html, /unsafe/)
  })

  test('may talk to nobody while there is no bridge', () =>
    assert.match(feedHtml({ ...page, bridge: null }), /connect-src 'none';/))

  test('reaches a bridge behind TLS by TLS', () =>
    assert.deepEqual(bridgeSources('https://x-4000.app.github.dev/?a=b'), [
      'https://x-4000.app.github.dev/',
      'wss://x-4000.app.github.dev/',
    ]))

  test('lets no address break out of its place', () => {
    const html = feedHtml({ ...page, styles: 'x"><script>alert(1)</script>', bridge: 'http://h/"; script-src *' })
    assert.doesNotMatch(html, /<script>/)
    assert.doesNotMatch(html, /"; script-src/)
  })
})

class FakeTransport implements Transport {
  readonly sent: string[] = []
  closed = false
  readonly backlog = 0
  onMessage: ((frame: string) => void) | undefined
  onClose: ((reason: string) => void) | undefined
  send(frame: string): void {
    this.sent.push(frame)
  }
  close(): void {
    this.closed = true
  }
}

describe('the relay', () => {
  test('keeps frames until it is open, then carries them both ways', async () => {
    const transport = new FakeTransport()
    const posted: FromHost[] = []
    const relay = new Relay(
      () => Promise.resolve(transport),
      (message) => posted.push(message),
    )
    relay.send('lost: nobody asked for a relay yet')
    const opened = relay.open()
    relay.send('a')
    await opened
    relay.send('b')
    transport.onMessage?.('c')
    assert.deepEqual(transport.sent, ['a', 'b'])
    assert.deepEqual(posted, [{ type: 'relayFrame', frame: 'c' }])
    relay.close()
    assert.equal(transport.closed, true)
    assert.equal(transport.onMessage, undefined)
  })

  test('tells the page why it did not open, and why it ended', async () => {
    const posted: FromHost[] = []
    const transport = new FakeTransport()
    let refuse = true
    const relay = new Relay(
      () => (refuse ? Promise.reject(new Error('No bridge.')) : Promise.resolve(transport)),
      (message) => posted.push(message),
    )
    await relay.open()
    refuse = false
    await relay.open()
    transport.onClose?.('The bridge ended.')
    assert.deepEqual(posted, [
      { type: 'relayClosed', reason: 'No bridge.' },
      { type: 'relayClosed', reason: 'The bridge ended.' },
    ])
  })

  test('closes a way that opens after it was no longer wanted', async () => {
    const transport = new FakeTransport()
    const relay = new Relay(
      () => Promise.resolve(transport),
      () => assert.fail('nothing is told to a page that closed'),
    )
    const opened = relay.open()
    relay.close()
    await opened
    assert.equal(transport.closed, true)
  })
})

describe('lifetimes', () => {
  test('a store disposes everything, the newest first, also when a member throws', () => {
    const order: string[] = []
    const store = new DisposableStore()
    store.defer(() => order.push('first'))
    store.defer(() => {
      throw new Error('broken')
    })
    store.defer(() => order.push('last'))
    assert.throws(() => store.dispose(), /broken/)
    assert.deepEqual(order, ['last', 'first'])
    store.defer(() => order.push('late'))
    assert.deepEqual(order, ['last', 'first', 'late'])
  })

  test('a listener that throws silences no other', () => {
    const errors: unknown[] = []
    const emitter = new Emitter<number>((error) => errors.push(error))
    const heard: number[] = []
    emitter.event(() => {
      throw new Error('broken')
    })
    const second = emitter.event((value) => heard.push(value))
    emitter.fire(1)
    second.dispose()
    emitter.fire(2)
    assert.deepEqual(heard, [1])
    assert.equal(errors.length, 2)
  })
})

describe('text where VS Code gives text a meaning', () => {
  test('shows no icon and opens no link', () => {
    assert.equal(pickText('$(zap) a\nb'), '\\$(zap) a b')
    assert.equal(messageText('[click](command:x) [a]((b)'), '[click] (command:x) [a] ((b)')
  })

  test('says times and durations briefly', () => {
    const at = new Date(2026, 0, 2, 3, 4, 5).getTime() / 1000
    assert.equal(clockText(at, at + 60), '03:04:05')
    assert.equal(clockText(at, at + 86_400), '2026-01-02 03:04:05')
    assert.equal(clockText(1e300, at), '–')
    assert.deepEqual([0.0042, 3.44, 42.4, 310, 7500].map(durationText), ['4 ms', '3.4 s', '42 s', '5 min 10 s', '2 h 5 min'])
  })
})
