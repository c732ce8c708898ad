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

/** How a file holds Celery's settings: names of its own, names with a prefix (Django's settings), or an application's `conf`. */
export type SettingsStyle =
  | { readonly kind: 'module' }
  | { readonly kind: 'prefixed'; readonly prefix: string }
  | { readonly kind: 'app'; readonly app: string }

/** The line of Python that turns a setting on. */
export function settingLine(setting: BlindSetting, style: SettingsStyle = { kind: 'module' }): string {
  switch (style.kind) {
    case 'module':
      return `${setting} = True`
    case 'prefixed':
      return `${style.prefix}_${setting.toUpperCase()} = True`
    case 'app':
      return `${style.app}.conf.${setting} = True`
  }
}
