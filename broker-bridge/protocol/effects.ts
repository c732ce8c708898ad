import type { Method } from './requests.ts'

/**
 * What a request leaves behind: `acts` changes something on a broker, in its workers or in a database of others, and passes the door;
 * `traces` looks, and may leave a mark or open what the user has to agree to; `own` changes only what Warren itself holds; `looks`
 * changes nothing.
 */
export type Effect = 'acts' | 'traces' | 'own' | 'looks'

/** Every request, so that none is forgotten: whoever may only look gets what `looks`. */
export const effects = {
  hello: 'looks',
  connect: 'own',
  disconnect: 'own',
  useFoundExchanges: 'own',
  refresh: 'looks',
  watch: 'looks',
  setView: 'looks',
  closeView: 'looks',
  viewRange: 'looks',
  viewStates: 'looks',
  setQueueView: 'looks',
  closeQueueView: 'looks',
  watchTask: 'looks',
  watchWorkflow: 'looks',
  getTask: 'looks',
  listTasks: 'looks',
  queryHistory: 'looks',
  listRegisteredTasks: 'looks',
  listQueueNames: 'looks',
  listQueues: 'looks',
  getQueue: 'looks',
  listExchanges: 'looks',
  getExchange: 'looks',
  listVirtualHosts: 'looks',
  exportTopology: 'looks',
  markFailures: 'own',
  planRetry: 'looks',
  planRetryMany: 'looks',
  getRetryReport: 'looks',
  enqueue: 'acts',
  enqueueCanvas: 'acts',
  retry: 'acts',
  retryWorkflow: 'acts',
  retryMany: 'acts',
  enableEvents: 'acts',
  recordHistory: 'acts',
  stopRecording: 'acts',
  recordPayloads: 'acts',
  stopPayloads: 'acts',
  recordedPayload: 'looks',
  listLeftTracing: 'looks',
  forgetLeftTracing: 'own',
  controlWorkers: 'acts',
  revokeTasks: 'acts',
  inspectWorkers: 'looks',
  listActions: 'looks',
  listMarks: 'looks',
  removeMark: 'own',
  askBackend: 'traces',
  listSchedules: 'looks',
  setPeriodic: 'acts',
  runPeriodic: 'acts',
  planPeek: 'looks',
  peekMessages: 'traces',
  getMessage: 'looks',
  purgeQueue: 'acts',
  deleteMessages: 'acts',
  moveMessages: 'acts',
  returnDeadLetters: 'acts',
  requeueMessage: 'acts',
  publishMessage: 'acts',
  cancelOperation: 'own',
  askTool: 'looks',
  actWithTool: 'acts',
} as const satisfies { readonly [M in Method]: Effect }
type Effects = typeof effects
/** Requests that change something; each passes the door. */
export type ActingMethod = { [M in Method]: Effects[M] extends 'acts' ? M : never }[Method]
