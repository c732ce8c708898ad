import { DisposableStore, Emitter } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import type { SentRequest } from './sentRequest.ts'

/** Places in files whose last sending is remembered. */
const limit = 100

/** What was sent last from each request of each file. */
export class SentRequests implements Disposable {
  readonly #sent = new Map<string, { readonly request: SentRequest; readonly store: DisposableStore }>()
  readonly #changed = new Emitter<undefined>()

  get onDidChange(): Emitter<undefined>['event'] {
    return this.#changed.event
  }

  /** @param place the file's address and the request's title: lines move while somebody writes */
  get(place: string): SentRequest | undefined {
    return this.#sent.get(place)?.request
  }

  add(place: string, request: SentRequest): void {
    this.#forget(place)
    const store = new DisposableStore()
    store.add(request)
    store.add(request.onDidChange(() => this.#changed.fire(undefined)))
    this.#sent.set(place, { request, store })
    const oldest = this.#sent.size > limit ? this.#sent.keys().next().value : undefined
    if (oldest !== undefined) this.#forget(oldest)
    this.#changed.fire(undefined)
  }

  dispose(): void {
    for (const place of [...this.#sent.keys()]) this.#forget(place)
  }

  #forget(place: string): void {
    this.#sent.get(place)?.store.dispose()
    this.#sent.delete(place)
  }
}
