import * as v from 'valibot'
import { messageOf, protocolVersion, RequestError, requestSchemas, ServerPeer } from '../protocol/index.ts'
import type { Caller, Method, Result, Topic, Transport, ValidParams, Workflow } from '../protocol/index.ts'
import { redactText } from '../redact.ts'
import type { Core, CoreMethod, LiveView } from './core.ts'
import { reasonOf } from './incoming.ts'
import { Pace } from './pace.ts'
import { QueueViews } from './queueViews.ts'

/** Milliseconds between two pictures of one kind for one viewer. */
const paces = { view: 66, task: 100, workflow: 200, topic: 500 } as const
/** Tasks of watched workflows that are looked at per millisecond, at most: a picture of a large one comes less often. */
const tasksPerMillisecond = 50
/** Bytes on their way above which a viewer gets no further pictures until it caught up. */
const behind = 1_000_000
const mostViews = 20

interface Window {
  readonly live: LiveView
  readonly pace: Pace
  sent: number
  /** True once the client asked for this window anew, so that it gets a picture even when nothing changed. */
  asked: boolean
}

interface Watched {
  readonly pace: Pace
  readonly stop: () => void
}

type Own = Exclude<Method, CoreMethod>
type OwnHandlers = { readonly [M in Own]: (params: ValidParams<M>) => Result<M> }

/** One authenticated client: validates what it asks, hands it to the core, and shows it pictures at its own pace. */
export class Viewer {
  readonly #core: Core
  readonly #peer: ServerPeer
  readonly #log: (line: string) => void
  readonly #topics = new Map<Topic, Watched>()
  readonly #views = new Map<string, Window>()
  readonly #stopListening: () => void
  readonly #queueViews: QueueViews
  /** Set by the hello that each socket begins with. */
  #caller: Caller | undefined
  #task: Watched | undefined
  #workflow: Watched | undefined
  readonly #own: OwnHandlers = {
    hello: (params) => this.#hello(params),
    watch: ({ topics }) => this.#watch(new Set(topics)),
    setView: (params) => this.#setView(params),
    closeView: ({ view }) => this.#closeView(view),
    viewRange: ({ view, first, count }) => this.#openedView(view).range(first, count),
    viewStates: ({ view, ...tasks }) => ({ states: this.#openedView(view).statesOf(tasks) }),
    setQueueView: (params) => this.#queueViews.set(params),
    closeQueueView: ({ view }) => this.#queueViews.close(view),
    watchTask: ({ task }) => this.#watchTask(task),
    watchWorkflow: ({ task }) => this.#watchWorkflow(task),
  }

  constructor(core: Core, transport: Transport, log: (line: string) => void) {
    this.#core = core
    this.#log = log
    this.#peer = new ServerPeer(transport, (method, params) => this.#handle(method, params))
    this.#queueViews = new QueueViews(core, {
      pace: (show) => this.#pace(paces.topic, show),
      tell: (snapshot) => this.#peer.notify('queueView', snapshot),
    })
    transport.onClose = () => this.dispose()
    this.#stopListening = core.onChange((change) => {
      if (change === 'tasks') this.#tasksChanged()
      if (change === 'queues' || change === 'connections') this.#queueViews.mark()
      if (change !== 'tasks') this.#topics.get(change)?.pace.mark()
    })
  }

  /** Stops everything this viewer looked at. */
  dispose(): void {
    this.#stopListening()
    this.#watch(new Set())
    this.#queueViews.dispose()
    this.#watchTask(null)
    this.#watchWorkflow(null)
    for (const view of [...this.#views.keys()]) this.#closeView(view)
  }

  async #handle(method: string, params: unknown): Promise<unknown> {
    if (!isMethod(method))
      throw new RequestError('unknown_method', `The bridge has no request called ${JSON.stringify(method).slice(0, 100)}.`)
    const valid = validate(method, params)
    try {
      return isOwn(method, this.#own)
        ? this.#own[method](valid as never)
        : await this.#core.call(method, valid as never, this.#caller)
    } catch (error) {
      if (error instanceof RequestError) throw error
      const reason = redactText(messageOf(error))
      this.#log(`"${method}" failed: ${reasonOf(error)}`)
      throw new RequestError('internal', `The bridge failed at "${method}": ${reason}`)
    }
  }

  #hello({ client, readOnly }: ValidParams<'hello'>): Result<'hello'> {
    // A second hello takes no limit away.
    this.#caller = { name: client, readOnly: readOnly || this.#caller?.readOnly === true }
    return { protocol: protocolVersion, version: this.#core.version, connections: this.#core.picture('connections') }
  }

  #watch(topics: ReadonlySet<Topic>): null {
    for (const [topic, watched] of [...this.#topics]) {
      if (topics.has(topic)) continue
      stop(watched)
      this.#topics.delete(topic)
    }
    for (const topic of topics) {
      const watched = this.#topics.get(topic) ?? this.#openTopic(topic)
      this.#topics.set(topic, watched)
      watched.pace.soon()
    }
    return null
  }

  #openTopic(topic: Topic): Watched {
    const pace = this.#pace(paces.topic, () => this.#peer.notify(topic, this.#core.picture(topic)))
    return { pace, stop: this.#core.watchTopic(topic) }
  }

  #setView(params: ValidParams<'setView'>): null {
    const window = this.#views.get(params.view)
    if (window) window.live.move(params)
    const shown = window ?? this.#openView(params)
    shown.asked = true
    shown.pace.soon()
    return null
  }

  #openView(params: ValidParams<'setView'>): Window {
    if (this.#views.size >= mostViews) {
      throw new RequestError('refused', `One client can have ${mostViews} views at a time; close one of them first.`)
    }
    const window: Window = {
      live: this.#core.openView(params),
      pace: this.#pace(paces.view, () => this.#showView(window)),
      sent: Number.NaN,
      asked: true,
    }
    this.#views.set(params.view, window)
    return window
  }

  #openedView(view: string): LiveView {
    const window = this.#views.get(view)
    if (!window) throw new RequestError('not_found', `This client has no open view called ${JSON.stringify(view)}.`)
    return window.live
  }

  #showView(window: Window): void {
    if (window.sent === window.live.revision && !window.asked) return
    window.asked = false
    const picture = window.live.snapshot()
    window.sent = window.live.revision
    this.#peer.notify('view', picture)
  }

  #closeView(view: string): null {
    const window = this.#views.get(view)
    window?.pace.dispose()
    window?.live.close()
    this.#views.delete(view)
    return null
  }

  #watchTask(key: ValidParams<'watchTask'>['task']): Result<'watchTask'> {
    if (this.#task) stop(this.#task)
    this.#task = undefined
    if (key === null) return null
    let sent = this.#core.taskRevision(key)
    const pace = this.#pace(paces.task, () => {
      const revision = this.#core.taskRevision(key)
      const task = revision === sent ? undefined : this.#core.findTask(key)
      sent = revision
      if (task) this.#peer.notify('task', task)
    })
    this.#task = { pace, stop: () => undefined }
    return this.#core.findTask(key) ?? null
  }

  #watchWorkflow(key: ValidParams<'watchWorkflow'>['task']): Result<'watchWorkflow'> {
    if (this.#workflow) stop(this.#workflow)
    this.#workflow = undefined
    if (key === null) return null
    const look = (): Workflow | undefined => {
      const workflow = this.#core.findWorkflow(key)
      pace.interval = Math.max(paces.workflow, (workflow?.total ?? 0) / tasksPerMillisecond)
      return workflow
    }
    let sent = this.#core.workflowRevision(key)
    const pace = this.#pace(paces.workflow, () => {
      const revision = this.#core.workflowRevision(key)
      const workflow = revision === sent ? undefined : look()
      sent = revision
      if (workflow) this.#peer.notify('workflow', workflow)
    })
    this.#workflow = { pace, stop: () => undefined }
    return look() ?? null
  }

  #tasksChanged(): void {
    for (const { pace } of this.#views.values()) pace.mark()
    this.#task?.pace.mark()
    this.#workflow?.pace.mark()
  }

  #pace(interval: number, show: () => void): Pace {
    return new Pace(
      interval,
      () => this.#peer.backlog < behind,
      () => {
        // A picture that cannot be drawn must not end the process; the next change tries again.
        try {
          show()
        } catch (error) {
          this.#log(`A picture failed: ${reasonOf(error)}`)
        }
      },
    )
  }
}

function stop(watched: Watched): void {
  watched.pace.dispose()
  watched.stop()
}

function isMethod(method: unknown): method is Method {
  return typeof method === 'string' && Object.hasOwn(requestSchemas, method)
}

function isOwn(method: Method, own: OwnHandlers): method is Own {
  return Object.hasOwn(own, method)
}

/** The params with their defaults: of the method's own type, which no type can say of a method not known before. */
function validate(method: Method, params: unknown): unknown {
  const result = v.safeParse(requestSchemas[method], params)
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue) ?? 'its parameters'
  throw new RequestError('invalid', `"${method}" was sent with a wrong ${path.slice(0, 200)}: ${issue.message.slice(0, 300)}`)
}
