import { readRepr, visibleLine } from '../../protocol/index.ts'
import type { WorkerFacts } from '../../tasks/worker.ts'
import type { Command, IncomingMessage } from '../broker.ts'
import type { Answers, ArgumentsRead, TaskRequest, TaskSystem, WorkerReply } from '../taskSystem.ts'
import { arrange } from './canvas.ts'
import { readBlindSettings } from './blindSettings.ts'
import { readDeclaring, readTold } from './commandAnswers.ts'
import { toMethod } from './commands.ts'
import type { ToldMethod } from './commands.ts'
import { encodeCommand, hasTicket, readAnswers } from './control.ts'
import type { CommandName } from './control.ts'
import { decodeEvents } from './events.ts'
import { readHeldTask, readsOnlyJson } from './heldTask.ts'
import {
  readAcknowledgement,
  readActiveQueues,
  readRegistered,
  readResultBackend,
  readSettings,
  readStats,
} from './inspection.ts'
import { encodeTask } from './message.ts'
import { defaultNames, defaultQueue } from './names.ts'
import type { CeleryNames } from './names.ts'
import { isPlumbing } from './plumbing.ts'
import { readSent, resend, sendersHeaders } from './resending.ts'
import { readWaiting } from './waiting.ts'
import { editWaiting } from './waitingEdits.ts'

/** Celery, with the names an application has that configures none. */
export const celery: TaskSystem = {
  name: 'Celery',
  eventExchange: defaultNames.eventExchange,
  controlExchange: controlExchangeOf(defaultNames),
  // An event's type with dots for dashes, and `task.multi` for several in one message (celery/events/dispatcher.py).
  taskEvents: 'task.#',
  defaultQueue,
  decodeEvents: ({ content, contentType, contentEncoding }, receivedAt) =>
    decodeEvents(content, contentType, contentEncoding, receivedAt),
  encodeTask: toMessage,
  arrange(canvas, arrangement) {
    const arranged = arrange(canvas, arrangement)
    return arranged.ok ? arranged.value : { problem: arranged.problem.message }
  },
  ask: (question, ticket) => toCommand(question, ticket, null),
  enableEvents: (ticket, workers) => toCommand('enable_events', ticket, workers),
  tell: (command, ticket, workers) => {
    const { method, args } = toMethod(command)
    return toCommand(method, ticket, workers, args)
  },
  readTold,
  readDeclaring,
  readReplies,
  readRegistered,
  readFacts,
  readResultBackend,
  readHeldTask,
  readsOnlyJson,
  readAcknowledged: readAcknowledgement,
  readArguments,
  isPlumbing: (queue, traits) => isPlumbing(queue, traits),
  readWaiting,
  editWaiting,
  readSent,
  resend,
  sendersHeaders,
}

/** Celery, under the names of an application. */
export function celeryUnder(names: CeleryNames): TaskSystem {
  const under = (command: Command): Command => ({
    ...command,
    exchange: names.commandExchange,
    encode: command.encode.bind(command),
  })
  const { tell } = celery
  return {
    ...celery,
    eventExchange: names.eventExchange,
    controlExchange: controlExchangeOf(names),
    ask: (question, ticket) => under(celery.ask(question, ticket)),
    enableEvents: (ticket, workers) => under(celery.enableEvents(ticket, workers)),
    ...(tell && { tell: (...told: Parameters<typeof tell>) => under(tell(...told)) }),
    isPlumbing: (queue, traits) => isPlumbing(queue, traits, names) || isPlumbing(queue, traits),
  }
}

function controlExchangeOf({ commandExchange }: CeleryNames): string {
  return commandExchange.replace(/\.pidbox$/, '')
}

function toMessage(task: TaskRequest, now: number) {
  const { root, parent, eta, expires, priority, embed, ...rest } = task
  const message = encodeTask({
    ...rest,
    now,
    root: root ?? undefined,
    parent: parent ?? undefined,
    eta: eta ?? undefined,
    expires: expires ?? undefined,
    priority: priority ?? undefined,
    embed: embed ?? undefined,
  })
  if (!message.ok) return { problem: message.problem.message }
  const { exchange, routingKey, content, properties, headers } = message.value
  return { exchange, routingKey, content, options: { ...properties, headers }, id: task.id }
}

function toCommand(
  method: CommandName | ToldMethod,
  ticket: string,
  destination: readonly string[] | null,
  args: Readonly<Record<string, unknown>> = {},
): Command {
  return {
    exchange: defaultNames.commandExchange,
    encode(replyTo) {
      const message = encodeCommand({ method, args, destination, ticket, replyTo })
      // Commands are built from constants and names of workers that are there; a refusal is a mistake of ours.
      if (!message.ok) throw new Error(message.problem.message)
      const { content, properties, headers } = message.value
      return { content, options: { ...properties, headers } }
    },
  }
}

function readReplies(messages: readonly IncomingMessage[], ticket: string) {
  const replies: WorkerReply[] = []
  const unreadable: string[] = []
  for (const message of messages) {
    if (!hasTicket(message.headers, ticket)) continue
    const answers = readAnswers(message.content, message.contentType, message.contentEncoding)
    if (answers.ok) replies.push(...answers.answers)
    else unreadable.push(answers.reason)
  }
  return { replies, unreadable }
}

function readFacts(answers: Answers): WorkerFacts {
  const { pool, concurrency } = readStats(answers.stats)
  const settings = readSettings(answers.conf)
  return {
    pool,
    concurrency,
    queues: readActiveQueues(answers.active_queues),
    configuredToSendEvents: settings?.sendsEvents ?? null,
    defaultQueue: settings && (settings.defaultQueue ?? defaultQueue),
    settingsOff: readBlindSettings(answers.conf),
  }
}

/** Only under the strict rule: what was shortened, escaped or of a type of its own is refused with the reason. */
function readArguments(args: string | null, kwargs: string | null): ArgumentsRead {
  if (args === null || kwargs === null) return { args: null, kwargs: null, problem: 'No event told the arguments of this task.' }
  const [readArgs, readKwargs] = [readRepr(args, 'args'), readRepr(kwargs, 'kwargs')]
  const problems = [
    ...(readArgs.ok ? [] : [doubt('positional arguments', args, readArgs.reason)]),
    ...(readKwargs.ok ? [] : [doubt('keyword arguments', kwargs, readKwargs.reason)]),
  ]
  return {
    args: readArgs.ok ? readArgs.json : null,
    kwargs: readKwargs.ok ? readKwargs.json : null,
    problem: problems.length === 0 ? null : problems.join(' '),
  }
}

function doubt(what: string, text: string, reason: string): string {
  return `The event’s text of the ${what} ${reason}, so it cannot be trusted: ${visibleLine(text, 80)}`
}
