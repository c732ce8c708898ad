import type { Params, Result } from '../../broker-bridge/protocol/index.ts'

type ViewParams = Params<'setView'>
type SetView = (params: ViewParams) => Promise<Result<'setView'>>

/** Tells the bridge which rows this page looks at: one request at a time, always the newest wish, equal wishes only once. */
export class RemoteView {
  readonly #send: SetView
  #wanted: ViewParams | undefined
  #sent: string | undefined
  #busy = false

  /** Called when the bridge refused a view. A lost connection is no refusal: `repeat` follows it. */
  onRefused: ((error: unknown) => void) | undefined

  constructor(send: SetView) {
    this.#send = send
  }

  /** The window as last asked for. */
  get wanted(): ViewParams | undefined {
    return this.#wanted
  }

  want(params: ViewParams): void {
    this.#wanted = params
    void this.#catchUp()
  }

  /** After a reconnect the bridge knows of no view: asks again for the same one. */
  repeat(): void {
    this.#sent = undefined
    void this.#catchUp()
  }

  /** The bridge was told to forget the view; the next wish opens it again. */
  forget(): void {
    this.#wanted = undefined
    this.#sent = undefined
  }

  async #catchUp(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let wish = this.#wanted; wish && JSON.stringify(wish) !== this.#sent; wish = this.#wanted) {
      this.#sent = JSON.stringify(wish)
      try {
        await this.#send(wish)
      } catch (error) {
        this.#refuse(error)
        break
      }
    }
    this.#busy = false
  }

  #refuse(error: unknown): void {
    const lost = error instanceof Error && 'code' in error && error.code === 'closed'
    if (!lost) this.onRefused?.(error)
  }
}
