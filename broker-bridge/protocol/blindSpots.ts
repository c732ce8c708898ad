/** Celery's settings that decide what a monitor can see. */
export const blindSettings = ['worker_send_task_events', 'task_send_sent_event', 'task_track_started', 'result_extended'] as const
export type BlindSetting = (typeof blindSettings)[number]

/** What stays empty on the page while a setting is off. */
export type BlindField = 'tasks' | 'queue' | 'sent' | 'backend'

/** Something that cannot be shown because a setting of the application is off. */
export interface BlindSpot {
  readonly setting: BlindSetting
  /** Workers whose settings say so, or that show it by their silence; empty where only the events tell. */
  readonly workers: readonly string[]
  readonly fields: readonly BlindField[]
  /** What is empty because of it, as one sentence. */
  readonly effect: string
  /** What would change that, as one sentence. */
  readonly fix: string
}

/**
 * How a file holds Celery's settings: names of its own, names with a prefix (Django's settings), or an application's `conf`. `old`
 * where it uses the upper-case names of Celery 3: workers do not start with both kinds in one place (`celery.app.utils`,
 * `detect_settings`). With a prefix there are no old names.
 */
export type SettingsStyle =
  | { readonly kind: 'module'; readonly old?: boolean }
  | { readonly kind: 'prefixed'; readonly prefix: string }
  | { readonly kind: 'app'; readonly app: string; readonly old?: boolean }

/** From `celery.app.defaults`. */
const oldNames: Readonly<Record<BlindSetting, string>> = {
  worker_send_task_events: 'CELERY_SEND_EVENTS',
  task_send_sent_event: 'CELERY_SEND_TASK_SENT_EVENT',
  task_track_started: 'CELERY_TRACK_STARTED',
  result_extended: 'CELERY_RESULT_EXTENDED',
}

/** What a setting is called in a file, without the application before it. */
export function settingName(setting: BlindSetting, style: SettingsStyle): string {
  if (style.kind === 'prefixed')
    // Celery takes the case of the namespace.
    return `${style.prefix}_${style.prefix === style.prefix.toUpperCase() ? setting.toUpperCase() : setting}`
  return style.old === true ? oldNames[setting] : setting
}

/** The line of Python that turns a setting on. */
export function settingLine(setting: BlindSetting, style: SettingsStyle = { kind: 'module' }): string {
  const name = settingName(setting, style)
  return style.kind === 'app' ? `${style.app}.conf.${name} = True` : `${name} = True`
}
