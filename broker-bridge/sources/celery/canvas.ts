import { visibleLine } from '../../protocol/index.ts'
import type { Canvas, CanvasTask } from '../../protocol/index.ts'
import type { Arranged, Arrangement, TaskRequest } from '../taskSystem.ts'
import type { Outcome } from './outcome.ts'
import { refuse, succeed } from './outcome.ts'
import { taskBody } from './taskArguments.ts'

/** Deepest canvas that is arranged: a chord of chains in a chain. */
const deepest = 5

/**
 * The messages that begin a canvas; workers send what follows. A chain is its first task with the rest in its message, a group as many
 * messages, and a chord a message to Celery's own task `celery.chord`: the worker that runs it knows how its result backend counts.
 * Wire form of signatures as recorded from Celery 5.2.6 and 5.5.3.
 */
export function arrange(canvas: Canvas, arrangement: Arrangement): Outcome<Arranged> {
  const problem = check(canvas, 1, 'canvas')
  if (problem) return problem
  const arranger = new Arranger(arrangement)
  const { tasks, last } = arranger.begin(canvas)
  const ids = [...tasks.map(({ id }) => id), ...arranger.followers]
  return succeed({ tasks, last, steps: last === null ? [] : ids.filter((id) => id !== last) })
}

/** A signature's JSON text, and the id of the task whose result is its own. */
interface Signature {
  readonly json: string
  readonly id: string
}

type Begun = Omit<Arranged, 'steps'>

class Arranger {
  readonly #how: Arrangement
  /** Ids of what workers will send, apart from callbacks, for which nothing waits. */
  readonly followers: string[] = []

  constructor(how: Arrangement) {
    this.#how = how
  }

  begin(canvas: Canvas): Begun {
    switch (canvas.kind) {
      case 'task': {
        const task = this.#task(canvas)
        return { tasks: [task], last: task.id }
      }
      case 'chain':
        return this.#chain(canvas.steps)
      case 'group': {
        const group = this.#how.newId()
        const members = canvas.members.map((member) => this.begin(member).tasks)
        return {
          tasks: members.flatMap((tasks, index) => tasks.map((task) => ({ ...task, group, groupIndex: index }))),
          last: null,
        }
      }
      case 'chord':
        return this.#chord(canvas.header, canvas.body)
    }
  }

  #chain([first, ...rest]: readonly Canvas[]): Begun {
    const begun = this.begin(first as Canvas)
    if (rest.length === 0) return begun
    const signatures = rest.map((step) => this.#follower(step))
    const chain = signatures.toReversed().map(({ json }) => json)
    // Only a task begins a chain that goes on, so there is one message.
    const tasks = begun.tasks.map((task) => ({ ...task, embed: withChain(task.embed, chain) }))
    return { tasks, last: signatures.at(-1)?.id ?? null }
  }

  #chord(header: readonly Canvas[], body: CanvasTask): Begun {
    const { members, last } = this.#chordArguments(header, body)
    const task = this.#task({ kind: 'task', name: 'celery.chord', args: '[]', kwargs: `{${members}}`, queue: body.queue })
    return { tasks: [task], last }
  }

  #task({ name, args, kwargs, queue, link, linkError }: CanvasTask): TaskRequest {
    const embed = link === undefined && linkError === undefined ? null : embedOf(this.#list(link), this.#list(linkError), 'null')
    return { ...this.#how.request(name, queue), args, kwargs, embed }
  }

  #list(tasks: readonly CanvasTask[] | undefined): string {
    return tasks === undefined || tasks.length === 0 ? 'null' : listOf(tasks.map((task) => this.#signature(task).json))
  }

  #follower(canvas: Canvas): Signature {
    const signature = this.#signature(canvas)
    if (canvas.kind === 'task') this.followers.push(signature.id)
    return signature
  }

  #signature(canvas: Canvas): Signature {
    switch (canvas.kind) {
      case 'task': {
        const id = this.#how.newId()
        const links = { link: this.#list(canvas.link), link_error: this.#list(canvas.linkError) }
        return {
          json: signature(canvas.name, canvas.args, canvas.kwargs, this.#options(id, canvas, links), null, canvas.immutable),
          id,
        }
      }
      case 'chord': {
        const { members, last } = this.#chordArguments(canvas.header, canvas.body)
        const options = this.#options(this.#how.newId(), canvas.body)
        return { json: signature('celery.chord', '[]', `{${members},"kwargs":{}}`, options, 'chord'), id: last }
      }
      case 'chain': {
        const steps = canvas.steps.map((step) => this.#follower(step))
        return {
          json: signature('celery.chain', '[]', `{"tasks":${listOf(steps.map(({ json }) => json))}}`, '{}', 'chain'),
          id: steps.at(-1)?.id ?? '',
        }
      }
      case 'group': {
        const members = canvas.members.map((member) => this.#follower(member).json)
        return { json: signature('celery.group', '[]', `{"tasks":${listOf(members)}}`, '{}', 'group'), id: '' }
      }
    }
  }

  #chordArguments(header: readonly Canvas[], body: CanvasTask): { members: string; last: string } {
    const signatures = header.map((member) => this.#follower(member).json)
    const end = this.#follower(body)
    return { members: `"header":${listOf(signatures)},"body":${end.json}`, last: end.id }
  }

  #options(id: string, { queue }: CanvasTask, links: Readonly<Record<string, string>> = {}): string {
    const said = [
      `"task_id":${JSON.stringify(id)}`,
      `"queue":${JSON.stringify(queue ?? this.#how.queue)}`,
      ...Object.entries(links)
        .filter(([, json]) => json !== 'null')
        .map(([name, json]) => `"${name}":${json}`),
    ]
    return `{${said.join(',')}}`
  }
}

function signature(
  name: string,
  args: string,
  kwargs: string,
  options: string,
  subtask: string | null,
  immutable = false,
): string {
  const type = JSON.stringify(subtask)
  return `{"task":${JSON.stringify(name)},"args":${args},"kwargs":${kwargs},"options":${options},"subtask_type":${type},"immutable":${immutable}}`
}

function listOf(items: readonly string[]): string {
  return `[${items.join(',')}]`
}

function embedOf(callbacks: string, errbacks: string, chain: string): string {
  return `{"callbacks":${callbacks},"errbacks":${errbacks},"chain":${chain},"chord":null}`
}

/** The next step stands last. */
function withChain(embed: string | null | undefined, chain: readonly string[]): string {
  if (embed == null) return embedOf('null', 'null', listOf(chain))
  return embed.replace(/"chain":null,"chord":null\}$/, () => `"chain":${listOf(chain)},"chord":null}`)
}

type Refused = ReturnType<typeof refuse>

function check(canvas: Canvas, depth: number, where: string): Refused | undefined {
  if (depth > deepest) return refuse(where, `${where} is nested deeper than ${deepest} levels; make it flatter.`)
  switch (canvas.kind) {
    case 'task':
      return checkTask(canvas, where)
    case 'chain':
      // The task that begins a chord or group ends at once, and a chain would go on before their tasks are done.
      return canvas.steps.slice(0, -1).some(({ kind }) => kind !== 'task')
        ? refuse(
            where,
            `In a chain only the last step may be more than a task (${where}); write a group and what follows it as a chord.`,
          )
        : checkAll(canvas.steps, depth, where)
    case 'group':
      return checkAll(canvas.members, depth, where)
    case 'chord':
      return checkAll([...canvas.header, canvas.body], depth, where)
  }
}

/** Each by itself: in the message of the first task they would be one text, and the problem would have no place. */
function checkTask(task: CanvasTask, where: string): Refused | undefined {
  const body = taskBody(task)
  if (!body.ok) return refuse(where, `${visibleLine(task.name, 100)}: ${body.problem.message}`)
  return checkAll([...(task.link ?? []), ...(task.linkError ?? [])], 1, where)
}

function checkAll(parts: readonly Canvas[], depth: number, where: string): Refused | undefined {
  for (const [index, part] of parts.entries()) {
    const problem = check(part, depth + 1, `${where}[${index}]`)
    if (problem !== undefined) return problem
  }
  return undefined
}
